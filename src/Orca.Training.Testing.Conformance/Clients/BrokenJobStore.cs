using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>A job store that throws whatever it is asked.</summary>
internal sealed class BrokenJobStore(Exception trouble) : IJobStore
{
    public bool IsDurable => false;

    public bool IsShared => false;

    public ValueTask<InstallationId> GetInstallationAsync(CancellationToken cancellationToken) => ValueTask.FromException<InstallationId>(trouble);

    public ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken) =>
        ValueTask.FromException<IReadOnlyList<CommandResult>>(trouble);

    public ValueTask<ChangePage> ReadChangesAsync(ChangeCursor after, CancellationToken cancellationToken) => ValueTask.FromException<ChangePage>(trouble);

    public ValueTask<IReadOnlyList<Job>?> ReadJobChangesAsync(JobId job, long afterRevision, CancellationToken cancellationToken) =>
        ValueTask.FromException<IReadOnlyList<Job>?>(trouble);

    public ValueTask<OpenJobs> ReadOpenJobsAsync(CancellationToken cancellationToken) => ValueTask.FromException<OpenJobs>(trouble);

    public ValueTask<JobReading?> ReadAsync(JobId job, CancellationToken cancellationToken) => ValueTask.FromException<JobReading?>(trouble);

    public ValueTask<IReadOnlyList<JobReading?>> ReadAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken) =>
        ValueTask.FromException<IReadOnlyList<JobReading?>>(trouble);

    public ValueTask<Job?> FindByKeyAsync(string? user, string key, CancellationToken cancellationToken) => ValueTask.FromException<Job?>(trouble);

    public ValueTask<IReadOnlyList<JobReading>> ReadPageAsync(JobQuery query, CancellationToken cancellationToken) =>
        ValueTask.FromException<IReadOnlyList<JobReading>>(trouble);

    public ValueTask<IReadOnlyList<Job>> ReadExpiredAsync(JobRetention retention, int limit, CancellationToken cancellationToken) =>
        ValueTask.FromException<IReadOnlyList<Job>>(trouble);

    public ValueTask RemoveAsync(IReadOnlyList<JobId> jobs, Fence fence, CancellationToken cancellationToken) => ValueTask.FromException(trouble);

    public ValueTask<Fence?> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken) => ValueTask.FromException<Fence?>(trouble);

    public ValueTask ReleaseLeaseAsync(Fence fence, CancellationToken cancellationToken) => ValueTask.FromException(trouble);
}
