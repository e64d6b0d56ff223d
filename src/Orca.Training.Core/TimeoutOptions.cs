using Orca.Training.Jobs;

namespace Orca.Training;

/// <summary>Time limits of an algorithm's trainings, for requests that do not give them.</summary>
public sealed class TimeoutOptions
{
    /// <summary>How long a training may be ready without being started. Then it fails as QueueTimedOut. Default: no limit.</summary>
    public TimeSpan? Queued { get; set; }

    /// <summary>
    /// The maximum duration of a launch, including the image pull. Default: <see cref="OrcaTrainingOptions.LaunchTimeout"/>.
    /// </summary>
    public TimeSpan? Launching { get; set; }

    /// <summary>The maximum duration of an attempt. Then it is stopped as TimedOut. Default: no limit.</summary>
    public TimeSpan? Running { get; set; }

    /// <summary>
    /// How long a running attempt may report no metric and no progress. Then it is stopped as Stalled. Default: no limit.
    /// </summary>
    public TimeSpan? NoProgress { get; set; }

    internal TrainingTimeouts? ForRequests => this is { Queued: null, Launching: null, Running: null, NoProgress: null }
        ? null
        : new TrainingTimeouts { Queued = Queued, Launching = Launching, Running = Running, NoProgress = NoProgress };
}
