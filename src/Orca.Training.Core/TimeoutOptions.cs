using Orca.Training.Jobs;

namespace Orca.Training;

/// <summary>Time limits of an algorithm's trainings, for requests that do not give them.</summary>
public sealed class TimeoutOptions
{
    /// <summary>How long a training may be ready to start and not be started; then it fails as QueueTimedOut. Default: no limit.</summary>
    public TimeSpan? Queued { get; set; }

    /// <summary>How long a launch may take, image pull included. Default: <see cref="OrcaTrainingOptions.LaunchTimeout"/>.</summary>
    public TimeSpan? Launching { get; set; }

    /// <summary>How long an attempt may run; then it is stopped and ends as TimedOut. Default: no limit.</summary>
    public TimeSpan? Running { get; set; }

    /// <summary>How long a running attempt may report neither a metric nor progress; then it is stopped and ends as Stalled. Default: no limit.</summary>
    public TimeSpan? NoProgress { get; set; }

    internal TrainingTimeouts? ForRequests => this is { Queued: null, Launching: null, Running: null, NoProgress: null }
        ? null
        : new TrainingTimeouts { Queued = Queued, Launching = Launching, Running = Running, NoProgress = NoProgress };
}
