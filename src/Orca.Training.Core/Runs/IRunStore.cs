using Orca.Training.Jobs;

namespace Orca.Training.Runs;

/// <summary>
/// Answers for the runs of all jobs, for good: also of those that retention has removed from the job store since. It lies where the job
/// store lies, so that a job's end and its run are one commit. Thread-safe.
/// </summary>
public interface IRunStore
{
    /// <summary>Whether each host of the installation finds here what any of them put here.</summary>
    bool IsShared { get; }

    /// <summary>A job's run, or null if there is no such job and never was, or it never ran.</summary>
    ValueTask<Run?> ReadAsync(JobId job, CancellationToken cancellationToken);

    /// <summary>The runs that meet a query, in its order.</summary>
    ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken);
}
