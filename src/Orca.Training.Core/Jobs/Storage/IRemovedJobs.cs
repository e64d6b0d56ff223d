namespace Orca.Training.Jobs.Storage;

/// <summary>A job store that keeps what is known of the jobs that ran and were removed from it: their runs. Thread-safe.</summary>
internal interface IRemovedJobs
{
    /// <summary>A removed job as it was last, or null.</summary>
    Job? FindRemoved(JobId job);

    /// <summary>All that are kept, the oldest job first.</summary>
    IReadOnlyList<Job> ListRemoved();

    /// <summary>Forgets those that finished before a time, the first first; what has a model's version stays.</summary>
    /// <returns>How many they were.</returns>
    int RemoveRuns(DateTimeOffset finishedBefore, int limit);
}
