using Orca.Training.Jobs.Storage;

namespace Orca.Training;

/// <summary>
/// How long what is finished is kept. What need not be kept is removed in the background, oldest first: the job, its logs, its checkpoint
/// and what its attempts left. Jobs that others still wait for are kept. By default nothing is removed.
/// </summary>
public sealed class RetentionOptions
{
    /// <summary>How long finished jobs are kept. Default: for ever.</summary>
    public TimeSpan? KeepJobsFor { get; set; }

    /// <summary>How many finished jobs are kept, those that finished last. Default: all.</summary>
    public int? KeepJobs { get; set; }

    /// <summary>Whether the artifacts that a job published stay where they are when it is removed: they are not listed any more then. Default off.</summary>
    public bool KeepArtifacts { get; set; }

    /// <summary>How long a container that has ended stays on its machine, for who wants to look into it. Default: no longer than its end takes to be recorded.</summary>
    public TimeSpan KeepContainersFor { get; set; }

    /// <summary>How often it is looked for what need not be kept. Default 10 min.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether finished jobs are kept for ever.</summary>
    internal bool KeepsAllJobs => KeepJobsFor is null && KeepJobs is null;

    /// <summary>What is to be kept of finished jobs at a moment.</summary>
    internal JobRetention At(DateTimeOffset now) => new(now - KeepJobsFor, KeepJobs);
}
