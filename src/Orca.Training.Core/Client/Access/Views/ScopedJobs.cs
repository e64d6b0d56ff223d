using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Client;

/// <summary>
/// A view of the jobs that a caller sees: by id, in lists (filtered by the store itself), and as dependencies. Commands on jobs that the caller sees
/// but may not change are refused.
/// </summary>
internal sealed class ScopedJobs(IJobStore all, CallerRights rights) : IJobStore
{
    // The owner of a job never changes, so a watch is checked once.
    private long _lastSeen;

    public bool IsDurable => all.IsDurable;

    public bool IsShared => all.IsShared;

    public ValueTask<InstallationId> GetInstallationAsync(CancellationToken cancellationToken) => all.GetInstallationAsync(cancellationToken);

    public async ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken)
    {
        JobId[] meant = [.. commands.OfType<JobCommand.OnJob>().Select(c => c.Job)];
        if (meant.Length > 0)
        {
            var readings = await all.ReadAsync(meant, cancellationToken);
            if (readings.Any(r => !Sees(r)))
            {
                return [.. commands.Select(_ => new CommandResult(Rejection.NotFound, null))];
            }

            if (readings.FirstOrDefault(r => !rights.Steers(r!.Value.Job.User, r.Value.Job.Team)) is { } denied)
            {
                throw Refusals.MayNotSteer(rights, denied.Job.Id);
            }
        }

        return await all.ApplyAsync(commands, fence, cancellationToken);
    }

    // Of whole pools, whoever's their jobs are: for limits, which go by all of them.
    public ValueTask<IReadOnlyList<PoolCount>> CountOpenAsync(string? pool, CancellationToken cancellationToken) => all.CountOpenAsync(pool, cancellationToken);

    public async ValueTask<JobReading?> ReadAsync(JobId job, CancellationToken cancellationToken)
    {
        var reading = await all.ReadAsync(job, cancellationToken);
        if (!Sees(reading))
        {
            return null;
        }

        // All local callers share one view, whose processors would pass the field's cache line around.
        if (!SeesEveryJob)
        {
            Volatile.Write(ref _lastSeen, job.Value);
        }

        return reading;
    }

    public async ValueTask<IReadOnlyList<JobReading?>> ReadAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken) =>
        [.. (await all.ReadAsync(jobs, cancellationToken)).Select(r => Sees(r) ? r : null)];

    public async ValueTask<IReadOnlyList<Job>?> ReadJobChangesAsync(JobId job, long afterRevision, CancellationToken cancellationToken) =>
        SeesEveryJob || Volatile.Read(ref _lastSeen) == job.Value || await ReadAsync(job, cancellationToken) is not null
            ? await all.ReadJobChangesAsync(job, afterRevision, cancellationToken)
            : null;

    public ValueTask<IReadOnlyList<JobReading>> ReadPageAsync(JobQuery query, CancellationToken cancellationToken) =>
        all.ReadPageAsync(query with { Owners = rights.Owners }, cancellationToken);

    // A key is looked up for its own user, who owns the job.
    public ValueTask<Job?> FindByKeyAsync(string? user, string key, CancellationToken cancellationToken) =>
        user == rights.User ? all.FindByKeyAsync(user, key, cancellationToken) : throw NotForCallers();

    public ValueTask<ChangePage> ReadChangesAsync(ChangeCursor after, CancellationToken cancellationToken) => throw NotForCallers();

    public ValueTask<OpenJobs> ReadOpenJobsAsync(CancellationToken cancellationToken) => throw NotForCallers();

    public ValueTask<IReadOnlyList<Job>> ReadExpiredAsync(JobRetention retention, int limit, CancellationToken cancellationToken) => throw NotForCallers();

    public ValueTask RemoveAsync(IReadOnlyList<JobId> jobs, Fence fence, CancellationToken cancellationToken) => throw NotForCallers();

    public ValueTask<Fence?> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken) => throw NotForCallers();

    public ValueTask ReleaseLeaseAsync(Fence fence, CancellationToken cancellationToken) => throw NotForCallers();

    private bool SeesEveryJob => rights.Owners is null;

    private bool Sees(JobReading? reading) => reading is { Job: { } job } && rights.Sees(job.User, job.Team);

    private static InvalidOperationException NotForCallers() => new("Only the decider may call this.");
}
