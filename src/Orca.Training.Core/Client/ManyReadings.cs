using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Client;

/// <summary>Readings of more jobs than a store is asked for at once.</summary>
internal static class ManyReadings
{
    /// <returns>Each job and how it was read, in that order; null for one that there is not.</returns>
    public static async ValueTask<List<(JobId Id, JobReading? Reading)>> ReadAsync(IJobStore store, JobId[] jobs, CancellationToken cancellationToken)
    {
        var all = new List<(JobId, JobReading?)>(jobs.Length);
        foreach (var some in jobs.Chunk(CallLimits.MaxStatuses))
        {
            all.AddRange(some.Zip(await store.ReadAsync(some, cancellationToken)));
        }

        return all;
    }
}
