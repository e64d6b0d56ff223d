using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Tests.Tracking;

/// <summary>A store in front of another one, some of whose calls a test can have fail or hang.</summary>
internal sealed class FaultyStore(IJobStore inner) : IJobStore
{
    /// <summary>Asked before each read of the feed.</summary>
    public Func<Task> BeforeChanges { get; set; } = () => Task.CompletedTask;

    /// <summary>Asked before each read of the open jobs.</summary>
    public Func<Task> BeforeOpenJobs { get; set; } = () => Task.CompletedTask;

    /// <summary>Asked before each acquisition or renewal of the lease.</summary>
    /// <summary>A job that it does not remove, nor others with it.</summary>
    public JobId Stuck { get; set; }

    public Func<Task> BeforeLease { get; set; } = () => Task.CompletedTask;

    /// <summary>A store that outlives its hosts within the test counts as durable.</summary>
    public bool IsDurable { get; init; } = inner.IsDurable;

    public bool IsShared { get; init; } = inner.IsShared;

    public ValueTask<InstallationId> GetInstallationAsync(CancellationToken cancellationToken) => inner.GetInstallationAsync(cancellationToken);

    public ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken) =>
        inner.ApplyAsync(commands, fence, cancellationToken);

    public async ValueTask<ChangePage> ReadChangesAsync(ChangeCursor after, CancellationToken cancellationToken)
    {
        await BeforeChanges();
        return await inner.ReadChangesAsync(after, cancellationToken);
    }

    public ValueTask<IReadOnlyList<Job>?> ReadJobChangesAsync(JobId job, long afterRevision, CancellationToken cancellationToken) =>
        inner.ReadJobChangesAsync(job, afterRevision, cancellationToken);

    public async ValueTask<OpenJobs> ReadOpenJobsAsync(CancellationToken cancellationToken)
    {
        await BeforeOpenJobs();
        return await inner.ReadOpenJobsAsync(cancellationToken);
    }

    public ValueTask<JobReading?> ReadAsync(JobId job, CancellationToken cancellationToken) => inner.ReadAsync(job, cancellationToken);

    public ValueTask<IReadOnlyList<JobReading?>> ReadAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken) => inner.ReadAsync(jobs, cancellationToken);

    public ValueTask<Job?> FindByKeyAsync(string? user, string key, CancellationToken cancellationToken) => inner.FindByKeyAsync(user, key, cancellationToken);

    public ValueTask<IReadOnlyList<JobReading>> ReadPageAsync(JobQuery query, CancellationToken cancellationToken) => inner.ReadPageAsync(query, cancellationToken);

    public async ValueTask<Fence?> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken)
    {
        await BeforeLease();
        return await inner.AcquireLeaseAsync(holder, duration, cancellationToken);
    }

    /// <summary>Called before each look at what need not be kept.</summary>
    public Action BeforeExpired { get; set; } = () => { };

    public ValueTask<IReadOnlyList<Job>> ReadExpiredAsync(JobRetention retention, int limit, CancellationToken cancellationToken)
    {
        BeforeExpired();
        return inner.ReadExpiredAsync(retention, limit, cancellationToken);
    }

    public ValueTask RemoveAsync(IReadOnlyList<JobId> jobs, Fence fence, CancellationToken cancellationToken) =>
        jobs.Contains(Stuck) ? throw new JobStoreUnavailableException("This one cannot be removed.") : inner.RemoveAsync(jobs, fence, cancellationToken);

    public ValueTask ReleaseLeaseAsync(Fence fence, CancellationToken cancellationToken) => inner.ReleaseLeaseAsync(fence, cancellationToken);
}
