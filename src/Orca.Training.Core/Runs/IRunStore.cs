using Orca.Training.Jobs;

namespace Orca.Training.Runs;

/// <summary>
/// Reads the permanent records of all jobs, also of those that retention has removed from the job store. It is in the same database as the job
/// store, so that the end of a job and its run are one commit. Thread-safe.
/// </summary>
public interface IRunStore
{
    /// <summary>Whether all hosts of the installation see the same content.</summary>
    bool IsShared { get; }

    /// <summary>Reads the run of a job; null if the job never existed or never ran.</summary>
    ValueTask<Run?> ReadAsync(JobId job, CancellationToken cancellationToken);

    /// <summary>Reads the runs that match a query, in its order.</summary>
    ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Removes the runs of removed jobs that finished before a time, with their metrics, those that finished first first. The run of a job that is kept stays,
    /// and so does the run of a model version that exists.
    /// </summary>
    /// <param name="finishedBefore">The time.</param>
    /// <param name="limit">The maximum number of runs; at least 1.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>How many were removed; fewer than the limit only if there are no more.</returns>
    ValueTask<int> RemoveAsync(DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken);
}
