using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Queueing;

namespace Orca.Training.Client;

/// <summary>A view of the jobs that says of each one that waits where it stands in this host's view of the queue.</summary>
internal sealed class PlacedJobs(IJobStore all, QueueView queue) : IJobStore
{
    public bool IsDurable => all.IsDurable;

    public bool IsShared => all.IsShared;

    public ValueTask<InstallationId> GetInstallationAsync(CancellationToken cancellationToken) => all.GetInstallationAsync(cancellationToken);

    public ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken) =>
        all.ApplyAsync(commands, fence, cancellationToken);

    public ValueTask<ChangePage> ReadChangesAsync(ChangeCursor after, CancellationToken cancellationToken) => all.ReadChangesAsync(after, cancellationToken);

    public ValueTask<IReadOnlyList<Job>?> ReadJobChangesAsync(JobId job, long afterRevision, CancellationToken cancellationToken) =>
        all.ReadJobChangesAsync(job, afterRevision, cancellationToken);

    public ValueTask<OpenJobs> ReadOpenJobsAsync(CancellationToken cancellationToken) => all.ReadOpenJobsAsync(cancellationToken);

    public async ValueTask<JobReading?> ReadAsync(JobId job, CancellationToken cancellationToken) =>
        await all.ReadAsync(job, cancellationToken) is { } reading ? await PlaceAsync(reading, cancellationToken) : null;

    public async ValueTask<IReadOnlyList<JobReading?>> ReadAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken)
    {
        var readings = await all.ReadAsync(jobs, cancellationToken);
        var placed = new JobReading?[readings.Count];
        for (var i = 0; i < placed.Length; i++)
        {
            placed[i] = readings[i] is { } reading ? await PlaceAsync(reading, cancellationToken) : null;
        }

        return placed;
    }

    public ValueTask<Job?> FindByKeyAsync(string? user, string key, CancellationToken cancellationToken) => all.FindByKeyAsync(user, key, cancellationToken);

    public async ValueTask<IReadOnlyList<JobReading>> ReadPageAsync(JobQuery query, CancellationToken cancellationToken)
    {
        var page = await all.ReadPageAsync(query, cancellationToken);
        var placed = new JobReading[page.Count];
        for (var i = 0; i < placed.Length; i++)
        {
            placed[i] = await PlaceAsync(page[i], cancellationToken);
        }

        return placed;
    }

    public ValueTask<IReadOnlyList<Job>> ReadExpiredAsync(JobRetention retention, int limit, CancellationToken cancellationToken) =>
        all.ReadExpiredAsync(retention, limit, cancellationToken);

    public ValueTask RemoveAsync(IReadOnlyList<JobId> jobs, Fence fence, CancellationToken cancellationToken) => all.RemoveAsync(jobs, fence, cancellationToken);

    public ValueTask<Fence?> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken) =>
        all.AcquireLeaseAsync(holder, duration, cancellationToken);

    public ValueTask ReleaseLeaseAsync(Fence fence, CancellationToken cancellationToken) => all.ReleaseLeaseAsync(fence, cancellationToken);

    private async ValueTask<JobReading> PlaceAsync(JobReading reading, CancellationToken cancellationToken)
    {
        if (reading.Job.State is not JobState.Queued)
        {
            return reading;
        }

        var place = await queue.FindAsync(reading.Job, cancellationToken);
        return reading with { QueuePosition = place?.Position, Why = place?.Why, Reasons = place?.Reasons };
    }
}
