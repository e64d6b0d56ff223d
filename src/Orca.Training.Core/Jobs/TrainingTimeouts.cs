namespace Orca.Training.Jobs;

/// <summary>The time limits of a training. Null: the limit of the algorithm applies, if there is one.</summary>
public sealed record TrainingTimeouts
{
    /// <summary>
    /// How long it may be ready without being started. Then the job fails as <see cref="OutcomeCode.QueueTimedOut"/>. While it is held, or
    /// waits for other trainings or for its next attempt, it is not ready.
    /// </summary>
    public TimeSpan? Queued { get; init; }

    /// <summary>
    /// The maximum duration of a launch, including the image pull. Then the attempt ends as <see cref="OutcomeCode.LaunchFailed"/>.
    /// </summary>
    public TimeSpan? Launching { get; init; }

    /// <summary>The maximum duration of an attempt. Then it is stopped and ends as <see cref="OutcomeCode.TimedOut"/>.</summary>
    public TimeSpan? Running { get; init; }

    /// <summary>
    /// How long a running attempt may report neither a metric nor progress. Then it is stopped and ends as <see
    /// cref="OutcomeCode.Stalled"/>. Other output does not count, because a training that hangs may continue to print.
    /// </summary>
    public TimeSpan? NoProgress { get; init; }
}
