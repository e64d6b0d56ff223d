using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>What an algorithm's settings say for requests that do not: it goes on record with the job, and so stays what it was at the submission.</summary>
/// <param name="Timeouts">Time limits; null for none.</param>
/// <param name="Retries">Whether an attempt that failed is followed by another one; null for no.</param>
internal sealed record AlgorithmDefaults(TrainingTimeouts? Timeouts, RetryPolicy? Retries)
{
    public static readonly AlgorithmDefaults None = new(null, null);

    /// <summary>The names of the parameters that the algorithm gives where a request does not.</summary>
    public IReadOnlyCollection<string> Parameters { get; init; } = [];

    /// <summary>What its settings say of the parameters that requests give.</summary>
    public ParameterRules Rules { get; init; } = ParameterRules.None;

    /// <summary>What its settings give each worker, and the most that a request may ask for; null where nothing is said.</summary>
    public ResourceBounds? Bounds { get; init; }

    /// <summary>The request with what it leaves out, each time limit for itself.</summary>
    public TrainingRequest FillIn(TrainingRequest request)
    {
        var timeouts = Timeouts is null ? request.Timeouts : request.Timeouts is not { } own ? Timeouts : new TrainingTimeouts
        {
            Queued = own.Queued ?? Timeouts.Queued,
            Launching = own.Launching ?? Timeouts.Launching,
            Running = own.Running ?? Timeouts.Running,
            NoProgress = own.NoProgress ?? Timeouts.NoProgress,
        };
        var retries = request.Retries ?? Retries;
        return timeouts == request.Timeouts && retries == request.Retries ? request : request with { Timeouts = timeouts, Retries = retries };
    }
}
