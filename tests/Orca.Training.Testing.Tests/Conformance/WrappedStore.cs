using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Tests.Conformance;

/// <summary>Passes every call on to a sound store; what is broken overrides it.</summary>
internal abstract class WrappedStore(IJobStore inner) : IJobStore
{
    public virtual bool IsDurable => Inner.IsDurable;

    public virtual bool IsShared => Inner.IsShared;

    protected IJobStore Inner { get; } = inner;

    public virtual ValueTask<InstallationId> GetInstallationAsync(CancellationToken cancellationToken) => Inner.GetInstallationAsync(cancellationToken);

    public virtual ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken) =>
        Inner.ApplyAsync(commands, fence, cancellationToken);

    public virtual ValueTask<ChangePage> ReadChangesAsync(ChangeCursor after, CancellationToken cancellationToken) => Inner.ReadChangesAsync(after, cancellationToken);

    public virtual ValueTask<IReadOnlyList<Job>?> ReadJobChangesAsync(JobId job, long afterRevision, CancellationToken cancellationToken) =>
        Inner.ReadJobChangesAsync(job, afterRevision, cancellationToken);

    public virtual ValueTask<OpenJobs> ReadOpenJobsAsync(CancellationToken cancellationToken) => Inner.ReadOpenJobsAsync(cancellationToken);

    public virtual ValueTask<IReadOnlyList<PoolCount>> CountOpenAsync(string? pool, CancellationToken cancellationToken) => Inner.CountOpenAsync(pool, cancellationToken);

    public virtual ValueTask<JobReading?> ReadAsync(JobId job, CancellationToken cancellationToken) => Inner.ReadAsync(job, cancellationToken);

    public virtual ValueTask<IReadOnlyList<JobReading?>> ReadAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken) => Inner.ReadAsync(jobs, cancellationToken);

    public virtual ValueTask<Job?> FindByKeyAsync(string? user, string key, CancellationToken cancellationToken) => Inner.FindByKeyAsync(user, key, cancellationToken);

    public virtual ValueTask<IReadOnlyList<JobReading>> ReadPageAsync(JobQuery query, CancellationToken cancellationToken) => Inner.ReadPageAsync(query, cancellationToken);

    public virtual ValueTask<Fence?> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken) =>
        Inner.AcquireLeaseAsync(holder, duration, cancellationToken);

    public virtual ValueTask<IReadOnlyList<Job>> ReadExpiredAsync(JobRetention retention, int limit, CancellationToken cancellationToken) =>
        Inner.ReadExpiredAsync(retention, limit, cancellationToken);

    public virtual ValueTask RemoveAsync(IReadOnlyList<JobId> jobs, Fence fence, CancellationToken cancellationToken) =>
        Inner.RemoveAsync(jobs, fence, cancellationToken);

    public virtual ValueTask ReleaseLeaseAsync(Fence fence, CancellationToken cancellationToken) => Inner.ReleaseLeaseAsync(fence, cancellationToken);
}
