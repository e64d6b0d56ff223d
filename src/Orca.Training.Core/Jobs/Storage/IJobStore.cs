namespace Orca.Training.Jobs.Storage;

/// <summary>
/// Stores the jobs. Callers write intents; one host, the decider, reads the changes and writes decisions. What is not stored has not
/// happened. Thread-safe.
/// </summary>
/// <remarks>
/// An implementation applies each command with <see cref="JobTransitions"/>, so that a command means the same in all stores. If the store
/// cannot answer, it throws <see cref="JobStoreUnavailableException"/>; callers get any other exception as an internal error.
/// </remarks>
public interface IJobStore
{
    /// <summary>Whether jobs outlive the process. If not, a clean stop of the host ends its trainings.</summary>
    bool IsDurable { get; }

    /// <summary>Whether several hosts, also on other machines, can use the store at the same time.</summary>
    bool IsShared { get; }

    /// <summary>Gets the id of the installation. It never changes.</summary>
    ValueTask<InstallationId> GetInstallationAsync(CancellationToken cancellationToken);

    /// <summary>Applies commands in order, in one commit. Each command is applied completely or not at all.</summary>
    /// <param name="commands">The commands. A rejected command does not stop the following ones.</param>
    /// <param name="fence">The lease of the decider; null for callers, whose commands need none.</param>
    /// <param name="cancellationToken">Cancels the wait; it is then unknown whether the commit happened.</param>
    /// <returns>The result of each command.</returns>
    /// <exception cref="StaleFenceException">A command needs the lease, and <paramref name="fence"/> is not the current one. Nothing was applied.</exception>
    ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the changes after a cursor, in commit order; waits until there is one. Every changed job is returned in its newest state;
    /// earlier states may be left out, because a durable store keeps the newest only. No job is skipped, even if its transaction committed
    /// late.
    /// </summary>
    /// <param name="after">The end of the previous page.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    ValueTask<ChangePage> ReadChangesAsync(ChangeCursor after, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the changes of one job; waits until there is one. If the job is final and everything was read, the result is empty.
    /// </summary>
    /// <param name="job">The job.</param>
    /// <param name="afterRevision">The last revision that was read; 0 for none.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>
    /// The later revisions of the job, oldest first. The newest is always included; earlier ones may be left out, which leaves a gap in the
    /// numbers. Null if the job does not exist, or no longer exists.
    /// </returns>
    ValueTask<IReadOnlyList<Job>?> ReadJobChangesAsync(JobId job, long afterRevision, CancellationToken cancellationToken);

    /// <summary>Reads all jobs that are not final, oldest first, and the cursor of the change feed at that moment.</summary>
    ValueTask<OpenJobs> ReadOpenJobsAsync(CancellationToken cancellationToken);

    /// <summary>Counts the open jobs by pool and user.</summary>
    /// <param name="pool">Only jobs with this pool on record; null for all pools and for the jobs without one.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    async ValueTask<IReadOnlyList<PoolCount>> CountOpenAsync(string? pool, CancellationToken cancellationToken) =>
        PoolCount.Of((await ReadOpenJobsAsync(cancellationToken)).Jobs.Where(j => pool is null || j.Pool == pool));

    /// <summary>Reads one job; null if it does not exist.</summary>
    ValueTask<JobReading?> ReadAsync(JobId job, CancellationToken cancellationToken);

    /// <summary>Reads several jobs in one consistent state.</summary>
    /// <param name="jobs">The jobs. A job that is listed twice is returned twice.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>One entry for each job, in the same order; null for a job that does not exist.</returns>
    ValueTask<IReadOnlyList<JobReading?>> ReadAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken);

    /// <summary>
    /// Finds the job of an idempotency key; null if there is none. Called before a submission is validated, so that a repeated one gets the
    /// same answer even if the configuration has changed. <see cref="ApplyAsync"/> compares the key again.
    /// </summary>
    /// <param name="user">The user who owns the key; null or empty for anonymous callers.</param>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    ValueTask<Job?> FindByKeyAsync(string? user, string key, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the next jobs that match a query, ordered by id. A page is short only if there are no more jobs.
    /// </summary>
    /// <remarks>
    /// Pages continue after an id, and each job is read in its state at that moment. Over all pages of a query, no job is returned twice, and a
    /// job that matches the whole time is returned once.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The limit is less than 1.</exception>
    ValueTask<IReadOnlyList<JobReading>> ReadPageAsync(JobQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Reads finished jobs that retention may remove: those that finished before a time, and those that are not among the newest. They are
    /// ordered by the time of finishing and then by id, so that jobs that cannot be removed can be passed over.
    /// </summary>
    /// <param name="retention">What to keep, and where to start.</param>
    /// <param name="limit">The maximum number of jobs; at least 1.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    ValueTask<IReadOnlyList<Job>> ReadExpiredAsync(JobRetention retention, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Removes finished jobs and their idempotency keys permanently. Jobs that are not finished or do not exist are ignored.
    /// </summary>
    /// <exception cref="StaleFenceException">The lease is not the current one. Nothing was removed.</exception>
    ValueTask RemoveAsync(IReadOnlyList<JobId> jobs, Fence fence, CancellationToken cancellationToken);

    /// <summary>Acquires or renews the lease of the decider.</summary>
    /// <param name="holder">The name of the host. The current holder renews its lease and keeps its term.</param>
    /// <param name="duration">How long the lease is valid unless it is renewed.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The term of the lease; null if another host holds it.</returns>
    ValueTask<Fence?> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Releases the lease, if it is still held.</summary>
    ValueTask ReleaseLeaseAsync(Fence fence, CancellationToken cancellationToken);
}

/// <summary>The term of a lease. It increases with each new holder; a write with an older term is refused.</summary>
public readonly record struct Fence(long Term);

/// <summary>A position in the change feed; the default is before the first change.</summary>
public readonly record struct ChangeCursor(long Sequence);

/// <summary>The result of a command.</summary>
/// <param name="Rejection">Why it was rejected, or <see cref="Rejection.None"/>.</param>
/// <param name="Job">The job after the command; if it was rejected, the current job. Null if there is none.</param>
public readonly record struct CommandResult(Rejection Rejection, Job? Job)
{
    /// <summary>Whether the command was applied.</summary>
    public bool Applied => Rejection is Rejection.None;

    /// <summary>All jobs of an applied <see cref="JobCommand.SubmitAll"/>, in its order; <see cref="Job"/> is the first of them.</summary>
    public IReadOnlyList<Job> All { get => field ?? []; init; }
}

/// <summary>A page of the change feed.</summary>
/// <param name="Changes">The changed jobs, each in its state after the change, in commit order.</param>
/// <param name="Next">The cursor for the next page.</param>
/// <param name="IsTruncated">Whether the store no longer has the changes after the given cursor. If so, read the open jobs again.</param>
public sealed record ChangePage(IReadOnlyList<Job> Changes, ChangeCursor Next, bool IsTruncated);

/// <summary>All jobs that are not final, at one moment.</summary>
public sealed record OpenJobs(IReadOnlyList<Job> Jobs, ChangeCursor Cursor);

/// <summary>A job and its place in the queue at one moment.</summary>
/// <param name="Job">The job.</param>
/// <param name="QueuePosition">The position in the queue, from 1; null if the job is not queued.</param>
public readonly record struct JobReading(Job Job, int? QueuePosition)
{
    /// <summary>Why it waits, in words; null where nothing but its turn is known to be missing.</summary>
    internal string? Why { get; init; }

    /// <summary>The same reasons one by one; null where they are not known.</summary>
    internal IReadOnlyList<WaitReason>? Reasons { get; init; }
}

/// <summary>Thrown if a write comes from a host that is no longer the decider. Nothing was applied.</summary>
public sealed class StaleFenceException(Fence? found, Fence current)
    : InvalidOperationException($"The write carries {(found is { } f ? $"lease term {f.Term}" : "no lease term")}, but the current term is {current.Term}: another decider has taken over.")
{
    /// <summary>The term of the write.</summary>
    public Fence? Found { get; } = found;

    /// <summary>The current term.</summary>
    public Fence Current { get; } = current;
}
