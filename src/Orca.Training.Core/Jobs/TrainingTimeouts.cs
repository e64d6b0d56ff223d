namespace Orca.Training.Jobs;

/// <summary>How long a training may wait, launch, run and be silent. Null where there is no limit of its own.</summary>
public sealed record TrainingTimeouts
{
    /// <summary>
    /// How long it may be ready to start and not be started; then the job fails as <see cref="OutcomeCode.QueueTimedOut"/>. While it is held, waits for
    /// other trainings or for its next try, it is not ready.
    /// </summary>
    public TimeSpan? Queued { get; init; }

    /// <summary>How long a launch may take, image pull included; then the attempt ends as <see cref="OutcomeCode.LaunchFailed"/>.</summary>
    public TimeSpan? Launching { get; init; }

    /// <summary>How long an attempt may run; then it is stopped and ends as <see cref="OutcomeCode.TimedOut"/>.</summary>
    public TimeSpan? Running { get; init; }

    /// <summary>
    /// How long a running attempt may report neither a metric nor progress; then it is stopped and ends as <see cref="OutcomeCode.Stalled"/>. What it prints
    /// besides does not count: a training that hangs may well go on printing.
    /// </summary>
    public TimeSpan? NoProgress { get; init; }
}
