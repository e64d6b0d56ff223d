using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Tracking;

/// <summary>All that the tracker can want done. Each effect that asks somebody is answered by events.</summary>
internal abstract record TrackerEffect
{
    private TrackerEffect()
    {
    }

    /// <summary>Give the store a command → Committed or CommitFailed.</summary>
    public sealed record Commit(JobCommand.OnJob Command) : TrackerEffect;

    /// <summary>Prepare and start an attempt → StartReturned or StartUnknown.</summary>
    public sealed record Start(AttemptName Attempt, string Machine, Job Job) : TrackerEffect;

    /// <summary>Give up the start, the fetch or the collection of an attempt that is under way; it answers all the same.</summary>
    public sealed record Abort(AttemptName Attempt) : TrackerEffect;

    /// <summary>Read a training's output → Heard …, then OutputEnded or OutputBroken.</summary>
    public sealed record Follow(AttemptName Attempt, string Machine, OutputSummary From) : TrackerEffect
    {
        /// <summary>The containers that are on record.</summary>
        public IReadOnlyList<string> Incarnations { get; init; } = [];
    }

    /// <summary>Stop an attempt's containers → StopReturned.</summary>
    public sealed record Stop(AttemptName Attempt, string Machine) : TrackerEffect;

    /// <summary>Bring back what an attempt wrote, from a machine that copies → FetchReturned.</summary>
    public sealed record Fetch(AttemptName Attempt, string Machine) : TrackerEffect;

    /// <summary>Read what an attempt left, and draw the number of its model, if it has a name → Collected or CollectFailed.</summary>
    public sealed record Collect(AttemptName Attempt, string ModelName, IReadOnlyList<AnnouncedArtifact> Announced) : TrackerEffect;

    /// <summary>Remove an attempt's containers → RemoveReturned.</summary>
    public sealed record Remove(AttemptName Attempt, string Machine) : TrackerEffect;

    /// <summary>List a machine's containers → Listed or ListFailed.</summary>
    public sealed record List(string Machine, long Number) : TrackerEffect;

    /// <summary>Renew what opens an attempt's places → AccessRenewed.</summary>
    public sealed record RenewAccess(AttemptName Attempt, Job Job) : TrackerEffect;

    /// <summary>Read a job that is not tracked: others wait for it, or a container claims to be its → LookedUp.</summary>
    public sealed record LookUp(JobId Job) : TrackerEffect;

    /// <summary>Ask the store for finished jobs that need not be kept → Expired.</summary>
    public sealed record FindExpired(JobRetention Retention, int Limit) : TrackerEffect;

    /// <summary>Remove finished jobs and all that they left → Purged.</summary>
    public sealed record Purge(IReadOnlyList<Job> Jobs) : TrackerEffect;

    /// <summary>Tell the operator: some of what need not be kept cannot be removed.</summary>
    public sealed record ReportUnremovable(IReadOnlyList<Unremovable> Jobs) : TrackerEffect;

    /// <summary>Tell the operator: an attempt's containers are there that no job owns.</summary>
    public sealed record ReportLeftover(AttemptName Attempt, string Machine, bool IsRemoved) : TrackerEffect;

    /// <summary>Tell the operator: the capacity policy threw.</summary>
    public sealed record ReportPolicyFailure(Exception Error) : TrackerEffect;
}
