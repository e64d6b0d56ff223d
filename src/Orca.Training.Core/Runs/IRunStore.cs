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
}
