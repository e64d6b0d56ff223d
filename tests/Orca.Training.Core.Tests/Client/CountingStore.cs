using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Tests.Client;

/// <summary>Counts the reads of a store.</summary>
internal sealed class CountingStore(IJobStore store) : IJobStore
{
    private int _reading;

    public int Reads { get; private set; }

    public bool IsDurable => store.IsDurable;

    public bool IsShared => store.IsShared;

    public ValueTask<InstallationId> GetInstallationAsync(CancellationToken cancellationToken) => store.GetInstallationAsync(cancellationToken);

    /// <summary>What it commits it does not say.</summary>
    public bool LosesAnswers { get; set; }

    public async ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken)
    {
        var results = await store.ApplyAsync(commands, fence, cancellationToken);
        return LosesAnswers ? throw new JobStoreUnavailableException("The connection broke.") : results;
    }

    public ValueTask<ChangePage> ReadChangesAsync(ChangeCursor after, CancellationToken cancellationToken) => store.ReadChangesAsync(after, cancellationToken);

    public ValueTask<IReadOnlyList<Job>?> ReadJobChangesAsync(JobId job, long afterRevision, CancellationToken cancellationToken)
    {
        Reads++;
        return store.ReadJobChangesAsync(job, afterRevision, cancellationToken);
    }

    public ValueTask<OpenJobs> ReadOpenJobsAsync(CancellationToken cancellationToken) => store.ReadOpenJobsAsync(cancellationToken);

    public ValueTask<JobReading?> ReadAsync(JobId job, CancellationToken cancellationToken)
    {
        Reads++;
        return store.ReadAsync(job, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<JobReading?>> ReadAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken)
    {
        BatchReads++;
        MostReadsAtOnce = Math.Max(MostReadsAtOnce, ++_reading);
        try
        {
            // Who comes meanwhile is seen.
            await Task.Yield();
            return await store.ReadAsync(jobs, cancellationToken);
        }
        finally
        {
            _reading--;
        }
    }

    /// <summary>How many reads of several jobs there were.</summary>
    public int BatchReads { get; private set; }

    /// <summary>How many of them were under way at a moment.</summary>
    public int MostReadsAtOnce { get; private set; }

    public int LookedUp { get; private set; }

    /// <summary>Otherwise it finds no job by its key: as if it came right after.</summary>
    public bool FindsKeys { get; set; } = true;

    public ValueTask<Job?> FindByKeyAsync(string? user, string key, CancellationToken cancellationToken)
    {
        LookedUp++;
        return FindsKeys ? store.FindByKeyAsync(user, key, cancellationToken) : ValueTask.FromResult<Job?>(null);
    }

    /// <summary>What a page is refused with.</summary>
    public Exception? RefusesPages { get; set; }

    public ValueTask<IReadOnlyList<JobReading>> ReadPageAsync(JobQuery query, CancellationToken cancellationToken) =>
        query.MaxPassedOver is not null && RefusesPages is { } refusal ? throw refusal : store.ReadPageAsync(query, cancellationToken);

    public ValueTask<Fence?> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken) =>
        store.AcquireLeaseAsync(holder, duration, cancellationToken);

    public ValueTask<IReadOnlyList<Job>> ReadExpiredAsync(JobRetention retention, int limit, CancellationToken cancellationToken) =>
        store.ReadExpiredAsync(retention, limit, cancellationToken);

    public ValueTask RemoveAsync(IReadOnlyList<JobId> jobs, Fence fence, CancellationToken cancellationToken) =>
        store.RemoveAsync(jobs, fence, cancellationToken);

    public ValueTask ReleaseLeaseAsync(Fence fence, CancellationToken cancellationToken) => store.ReleaseLeaseAsync(fence, cancellationToken);
}
