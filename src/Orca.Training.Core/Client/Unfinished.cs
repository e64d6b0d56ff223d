using System.Collections.Frozen;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Client;

/// <summary>Which jobs it is that queued jobs wait for. A job says what it depends on, and not how far that is.</summary>
internal static class Unfinished
{
    /// <summary>Of what some jobs depend on, the jobs that have not succeeded; nothing is read where none is queued and depends on others.</summary>
    public static ValueTask<IReadOnlySet<JobId>> ReadAsync(IJobStore store, IEnumerable<Job> jobs, CancellationToken cancellationToken)
    {
        JobId[] waitedFor = [.. jobs.Where(Waits).SelectMany(j => j.Request.DependsOn).Distinct()];
        return waitedFor.Length == 0 ? ValueTask.FromResult<IReadOnlySet<JobId>>(FrozenSet<JobId>.Empty) : ReadAsync(store, waitedFor, cancellationToken);
    }

    /// <inheritdoc cref="ReadAsync(IJobStore, IEnumerable{Job}, CancellationToken)"/>
    public static ValueTask<IReadOnlySet<JobId>> ReadAsync(IJobStore store, Job job, CancellationToken cancellationToken) =>
        Waits(job) ? ReadAsync(store, [.. job.Request.DependsOn], cancellationToken) : ValueTask.FromResult<IReadOnlySet<JobId>>(FrozenSet<JobId>.Empty);

    private static bool Waits(Job job) => job.State is JobState.Queued && job.Request.DependsOn.Count > 0;

    private static async ValueTask<IReadOnlySet<JobId>> ReadAsync(IJobStore store, JobId[] jobs, CancellationToken cancellationToken)
    {
        var readings = await ManyReadings.ReadAsync(store, jobs, cancellationToken);
        return readings.Where(r => r.Reading is { Job.State: not JobState.Succeeded }).Select(r => r.Id).ToHashSet();
    }
}
