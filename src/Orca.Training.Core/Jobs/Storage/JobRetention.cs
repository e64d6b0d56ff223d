namespace Orca.Training.Jobs.Storage;

/// <summary>Which finished jobs are kept: what is too old, or one too many, need not be.</summary>
/// <param name="FinishedBefore">Those that finished before this time need not be kept; null if age does not matter.</param>
/// <param name="KeepNewest">Only so many of those that finished last have to be kept; null if their number does not matter.</param>
public readonly record struct JobRetention(DateTimeOffset? FinishedBefore, int? KeepNewest)
{
    /// <summary>Only those that come after this place in the order in which they finished; null for all. It changes nothing of what is kept.</summary>
    public FinishedPlace? After { get; init; }
}

/// <summary>A place among finished jobs: they are in the order of the times at which they finished, and at one time in the order of their ids.</summary>
/// <param name="At">When the job finished.</param>
/// <param name="Job">The job; it need not be there any more.</param>
public readonly record struct FinishedPlace(DateTimeOffset At, JobId Job)
{
    /// <summary>The place of a finished job.</summary>
    public static FinishedPlace Of(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new FinishedPlace(job.FinishedAt ?? default, job.Id);
    }

    /// <summary>What the order goes by.</summary>
    internal (DateTimeOffset At, long Job) Rank => (At, Job.Value);
}
