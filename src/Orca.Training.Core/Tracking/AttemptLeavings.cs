using Orca.Training.Artifacts;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Models;
using static System.FormattableString;

namespace Orca.Training.Tracking;

/// <summary>Brings back and reads what attempts left. What can never be published is an answer; what cannot be had now throws.</summary>
internal sealed class AttemptLeavings(IArtifactStore artifacts, IModelStore models, LeavingsOptions options)
{
    // In a sentence that people read.
    private const int MostNamed = 10;

    private readonly ArtifactLimits _limits = options.ToLimits();

    /// <summary>How long either of them may take.</summary>
    public TimeSpan LongestTime => options.LongestTime;

    /// <summary>Brings what an attempt wrote from a machine that copies.</summary>
    /// <returns>Why it never can be; null if it is here.</returns>
    public async Task<Outcome?> FetchAsync(IContainerRuntime runtime, AttemptName attempt, CancellationToken cancellationToken)
    {
        try
        {
            var written = ContainerContract.Written(await artifacts.PrepareAsync(attempt, cancellationToken));
            if (written.Count > 0)
            {
                await runtime.FetchAsync(attempt, [.. written.Select(w => w with { Limits = _limits })], cancellationToken);
            }

            return null;
        }
        catch (ArtifactException e)
        {
            return new Outcome(e.Code, e.Message, 0);
        }
    }

    /// <summary>Reads what an attempt left, and draws the number of its model, if it has a name.</summary>
    public async ValueTask<TrackerEvent.Collected> CollectAsync(TrackerEffect.Collect collect, CancellationToken cancellationToken)
    {
        var attempt = collect.Attempt;
        try
        {
            await artifacts.CheckCheckpointAsync(attempt, cancellationToken);
            var found = await artifacts.CollectAsync(attempt, collect.Announced, cancellationToken);
            if (found.Count == 0 && collect.ModelName.Length > 0)
            {
                return Refused(attempt, new Outcome(
                    OutcomeCode.ArtifactMissing,
                    $"The training completed, but left no file, so there is nothing to publish as the model '{collect.ModelName}': write it to ORCA_OUTPUT_PATH.", 0));
            }

            var note = NoteOf(await artifacts.FindLeftOutAsync(attempt, cancellationToken));
            int? version = collect.ModelName.Length > 0 ? await models.ReserveAsync(collect.ModelName, attempt.Attempt.Job, cancellationToken) : null;
            return new TrackerEvent.Collected(attempt, found, Failure: null, version) { Note = note };
        }
        catch (ArtifactException e)
        {
            return Refused(attempt, new Outcome(e.Code, e.Message, 0));
        }
    }

    /// <summary>Reading it took too long: another try would take as long.</summary>
    public TrackerEvent.Collected TookTooLong(AttemptName attempt) => Refused(attempt, TooLong("read"));

    /// <summary>That what an attempt left took too long to bring or to read.</summary>
    public Outcome TooLong(string what) => new(
        OutcomeCode.ArtifactTooLarge,
        Invariant($"The output of the training could not be {what} within {options.LongestTime}: write less, or ask for a higher limit (Leavings:LongestTime)."), 0);

    private static TrackerEvent.Collected Refused(AttemptName attempt, Outcome outcome) => new(attempt, [], outcome);

    private static string? NoteOf(IReadOnlyList<string> leftOut)
    {
        if (leftOut.Count == 0)
        {
            return null;
        }

        var more = leftOut.Count > MostNamed ? Invariant($"; and {leftOut.Count - MostNamed} more") : "";
        return $"Not published: {string.Join("; ", leftOut.Take(MostNamed))}{more}.";
    }
}
