using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Bench.Kill.Host;

/// <summary>A store with a boundary before and after each commit.</summary>
/// <param name="store">The real one.</param>
/// <param name="kills">Ends the process where it is told to.</param>
/// <param name="ends">Notes each end that was applied.</param>
internal sealed class KillableJobStore(IJobStore store, KillSwitch kills, EndJournal ends) : IJobStore
{
    public bool IsDurable => store.IsDurable;

    public bool IsShared => store.IsShared;

    public ValueTask<InstallationId> GetInstallationAsync(CancellationToken cancellationToken) => store.GetInstallationAsync(cancellationToken);

    public async ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken)
    {
        foreach (var command in commands)
        {
            kills.Before(Calls.Commit(command));
        }

        var results = await store.ApplyAsync(commands, fence, cancellationToken);
        ends.Note(commands, results);
        foreach (var command in commands)
        {
            kills.After(Calls.Commit(command));
        }

        return results;
    }

    public ValueTask<ChangePage> ReadChangesAsync(ChangeCursor after, CancellationToken cancellationToken) => store.ReadChangesAsync(after, cancellationToken);

    public ValueTask<IReadOnlyList<Job>?> ReadJobChangesAsync(JobId job, long afterRevision, CancellationToken cancellationToken) =>
        store.ReadJobChangesAsync(job, afterRevision, cancellationToken);

    public async ValueTask<OpenJobs> ReadOpenJobsAsync(CancellationToken cancellationToken)
    {
        kills.Before(Calls.ReadOpen);
        var open = await store.ReadOpenJobsAsync(cancellationToken);
        kills.After(Calls.ReadOpen);
        return open;
    }

    public ValueTask<JobReading?> ReadAsync(JobId job, CancellationToken cancellationToken) => store.ReadAsync(job, cancellationToken);

    public ValueTask<IReadOnlyList<JobReading?>> ReadAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken) => store.ReadAsync(jobs, cancellationToken);

    public ValueTask<Job?> FindByKeyAsync(string? user, string key, CancellationToken cancellationToken) => store.FindByKeyAsync(user, key, cancellationToken);

    public ValueTask<IReadOnlyList<Job>> ReadExpiredAsync(JobRetention retention, int limit, CancellationToken cancellationToken) =>
        store.ReadExpiredAsync(retention, limit, cancellationToken);

    public ValueTask RemoveAsync(IReadOnlyList<JobId> jobs, Fence fence, CancellationToken cancellationToken) => store.RemoveAsync(jobs, fence, cancellationToken);

    public ValueTask<IReadOnlyList<JobReading>> ReadPageAsync(JobQuery query, CancellationToken cancellationToken) => store.ReadPageAsync(query, cancellationToken);

    public async ValueTask<Fence?> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken)
    {
        kills.Before(Calls.Lease);
        var fence = await store.AcquireLeaseAsync(holder, duration, cancellationToken);
        kills.After(Calls.Lease);
        return fence;
    }

    public ValueTask ReleaseLeaseAsync(Fence fence, CancellationToken cancellationToken) => store.ReleaseLeaseAsync(fence, cancellationToken);
}
