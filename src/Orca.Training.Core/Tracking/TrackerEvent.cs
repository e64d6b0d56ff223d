using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Machines;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Facts;

namespace Orca.Training.Tracking;

/// <summary>All that the tracker can learn. An event may come late, twice or out of order; only the store's come in its order.</summary>
internal abstract record TrackerEvent
{
    private TrackerEvent()
    {
    }

    /// <summary>All open jobs as recorded: at the start, and when the feed was truncated.</summary>
    public sealed record Loaded(IReadOnlyList<Job> Jobs) : TrackerEvent;

    /// <summary>The feed: each changed job as it was after the change, in commit order.</summary>
    public sealed record Changed(IReadOnlyList<Job> Jobs) : TrackerEvent;

    /// <summary>The store has answered a command.</summary>
    public sealed record Committed(JobCommand.OnJob Command, CommandResult Result) : TrackerEvent;

    /// <summary>The store did not answer; the command may have applied or not.</summary>
    public sealed record CommitFailed(JobCommand.OnJob Command) : TrackerEvent;

    /// <summary>A start has a result.</summary>
    public sealed record StartReturned(AttemptName Attempt, StartResult Result) : TrackerEvent;

    /// <summary>A start was given up or could not be asked for; the containers may exist or not.</summary>
    public sealed record StartUnknown(AttemptName Attempt, string Error) : TrackerEvent;

    /// <summary>A launch is busy with something that takes long.</summary>
    public sealed record PhaseReached(AttemptName Attempt, LaunchPhase Phase) : TrackerEvent;

    /// <summary>A stop was done, or could not be asked for.</summary>
    public sealed record StopReturned(AttemptName Attempt, string? Error) : TrackerEvent;

    /// <summary>A removal was done, or could not be asked for.</summary>
    public sealed record RemoveReturned(AttemptName Attempt, string? Error) : TrackerEvent;

    /// <summary>What an attempt wrote was brought back; or could not be, now (an error) or ever (a failure).</summary>
    public sealed record FetchReturned(AttemptName Attempt, string? Error, Outcome? Failure) : TrackerEvent;

    /// <summary>What an attempt left was read, or why it cannot be published.</summary>
    public sealed record Collected(AttemptName Attempt, IReadOnlyList<Artifact> Artifacts, Outcome? Failure, int? ModelVersion = null) : TrackerEvent
    {
        /// <summary>What of it is not published, for people; null if all is.</summary>
        public string? Note { get; init; }
    }

    /// <summary>What an attempt left could not be read now.</summary>
    public sealed record CollectFailed(AttemptName Attempt, string Error) : TrackerEvent;

    /// <summary>A hint about a container.</summary>
    public sealed record Observed(string Machine, ContainerObservation Container) : TrackerEvent;

    /// <summary>The hints of a machine have stopped coming, or come again: some may be missing.</summary>
    public sealed record HintsInterrupted(string Machine) : TrackerEvent;

    /// <summary>A machine said what it has.</summary>
    public sealed record Described(string Machine, Resources Total) : TrackerEvent;

    /// <summary>The truth about a machine, as asked for by the listing of that number.</summary>
    public sealed record Listed(string Machine, long Number, IReadOnlyList<ContainerObservation> Containers) : TrackerEvent;

    /// <summary>A machine could not be listed.</summary>
    public sealed record ListFailed(string Machine, long Number) : TrackerEvent;

    /// <summary>A training said something new.</summary>
    public sealed record Heard(AttemptName Attempt, TrainingProgress Progress) : TrackerEvent;

    /// <summary>A training's output was read to its end.</summary>
    public sealed record OutputEnded(AttemptName Attempt, OutputSummary Summary) : TrackerEvent;

    /// <summary>Reading a training's output broke off.</summary>
    public sealed record OutputBroken(AttemptName Attempt, OutputSummary Summary) : TrackerEvent;

    /// <summary>What opens an attempt's places was renewed, or could not be now.</summary>
    public sealed record AccessRenewed(AttemptName Attempt, bool IsDone) : TrackerEvent;

    /// <summary>A job as it is on record, null if it is not; or the store did not answer.</summary>
    public sealed record LookedUp(JobId Job, Job? Found, bool IsAnswer) : TrackerEvent;

    /// <summary>Finished jobs that need not be kept; null if the store did not answer.</summary>
    public sealed record Expired(IReadOnlyList<Job>? Jobs) : TrackerEvent;

    /// <summary>A removal of finished jobs is over; what could not be removed, null if the store did not answer.</summary>
    public sealed record Purged(IReadOnlyList<Unremovable>? Left) : TrackerEvent;

    /// <summary>The host's disks have room for trainings to start, or have not.</summary>
    public sealed record RoomChanged(bool HasRoom) : TrackerEvent;

    /// <summary>An attempt fills its host's disk: its files take so much of it.</summary>
    public sealed record DiskFilled(AttemptName Attempt, string Bytes) : TrackerEvent;

    /// <summary>The settings have changed: the pools are these, and what algorithms need may be something else.</summary>
    public sealed record Configured(IReadOnlyList<PoolFacts> Pools) : TrackerEvent;

    /// <summary>Time has passed.</summary>
    public sealed record Tick : TrackerEvent;

    /// <summary>The host stops, and what runs is to be ended: for good, or to be started again later.</summary>
    public sealed record Drain : TrackerEvent;
}

/// <summary>What reading a training's output has brought.</summary>
/// <param name="Progress">What it said, and how far it was read.</param>
/// <param name="Tail">Its last log lines.</param>
internal sealed record OutputSummary(TrainingProgress Progress, IReadOnlyList<string> Tail)
{
    private static readonly OutputSummary Nothing = new(TrainingProgress.None, []);

    /// <summary>What is known of an output of which nothing but the recorded progress is left.</summary>
    public static OutputSummary After(TrainingProgress recorded) => recorded == TrainingProgress.None ? Nothing : new(recorded, []);
}
