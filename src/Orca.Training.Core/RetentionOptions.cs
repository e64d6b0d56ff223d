using Orca.Training.Jobs.Storage;

namespace Orca.Training;

/// <summary>
/// How long finished jobs are kept. Expired jobs are removed in the background, oldest first: the job, its logs, its checkpoint and the
/// outputs of its attempts. Jobs that others wait for are kept. By default nothing is removed.
/// </summary>
public sealed class RetentionOptions
{
    /// <summary>How long finished jobs are kept. Default: without limit.</summary>
    public TimeSpan? KeepJobsFor { get; set; }

    /// <summary>The number of finished jobs that are kept: those that finished last. Default: all.</summary>
    public int? KeepJobs { get; set; }

    /// <summary>Whether the published artifacts of a removed job stay where they are. They are no longer listed. Default false.</summary>
    public bool KeepArtifacts { get; set; }

    /// <summary>
    /// How long the run of a removed job is kept, with its metrics, counted from the end of the training. The run of an existing model version is kept longer.
    /// Default: without limit.
    /// </summary>
    public TimeSpan? KeepRunsFor { get; set; }

    /// <summary>How long an ended container stays on its machine, for inspection. Default: until its end is stored.</summary>
    public TimeSpan KeepContainersFor { get; set; }

    /// <summary>How often expired jobs and runs are looked for. Default 10 min.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether finished jobs are kept for ever.</summary>
    internal bool KeepsAllJobs => KeepJobsFor is null && KeepJobs is null;

    /// <summary>What is to be kept of finished jobs at a moment.</summary>
    internal JobRetention At(DateTimeOffset now) => new(now - KeepJobsFor, KeepJobs);
}
