namespace Orca.Training.Jobs.Storage;

/// <summary>
/// The one truth. Callers and the tracker meet only here: callers write intents, one decider reads the changes and writes
/// decisions, and nothing is true until it is on record here. Thread-safe.
/// </summary>
/// <remarks>
/// An implementation takes each command through <see cref="JobTransitions"/>, so that all stores agree on what a command does. A call
/// that the store cannot answer now throws <see cref="JobStoreUnavailableException"/>; of anything else callers are told that it is
/// the service's own mistake.
/// </remarks>
public interface IJobStore
{
    /// <summary>Whether jobs outlive the process. With a store that forgets, a clean stop of the host ends its trainings.</summary>
    bool IsDurable { get; }

    /// <summary>Whether hosts on other machines can use it at the same time.</summary>
    bool IsShared { get; }

    /// <summary>The installation that this store is; the same on every call.</summary>
    ValueTask<InstallationId> GetInstallationAsync(CancellationToken cancellationToken);

    /// <summary>Applies commands in their order, each whole or not at all, in one commit.</summary>
    /// <param name="commands">The commands; one that is rejected does not stop those after it.</param>
    /// <param name="fence">The decider's lease; null for a caller, whose commands need none.</param>
    /// <param name="cancellationToken">Ends the wait; whether the commit happened is then not known.</param>
    /// <returns>For each command what became of it.</returns>
    /// <exception cref="StaleFenceException">A command needs the lease and <paramref name="fence"/> is not the current one; nothing was applied.</exception>
    ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken);

    /// <summary>
    /// What has changed since, in commit order; waits until there is something. Every job that changed is there as its last change left
    /// it; what came before that change may be left out, since a durable store keeps the newest only. None is skipped, however late its
    /// transaction committed.
    /// </summary>
    /// <param name="after">The end of what was read before.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<ChangePage> ReadChangesAsync(ChangeCursor after, CancellationToken cancellationToken);

    /// <summary>One job's changes; waits until there is one, unless the job is final and all is read: then none.</summary>
    /// <param name="job">The job.</param>
    /// <param name="afterRevision">The last revision seen, 0 for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// The job at its revisions after the one seen, oldest first and the newest always; those before it may be left out, which the gap in
    /// the revisions shows. Null if there is no such job, or no longer.
    /// </returns>
    ValueTask<IReadOnlyList<Job>?> ReadJobChangesAsync(JobId job, long afterRevision, CancellationToken cancellationToken);

    /// <summary>All jobs that are not final, oldest first, and the cursor from which the feed goes on after this very moment.</summary>
    ValueTask<OpenJobs> ReadOpenJobsAsync(CancellationToken cancellationToken);

    /// <summary>One job, or null if there is none.</summary>
    ValueTask<JobReading?> ReadAsync(JobId job, CancellationToken cancellationToken);

    /// <summary>Several jobs, all as they were at one moment.</summary>
    /// <param name="jobs">The jobs; one that is named twice is answered twice.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>As many as were asked for, in that order; null for a job that there is not.</returns>
    ValueTask<IReadOnlyList<JobReading?>> ReadAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken);

    /// <summary>
    /// The job that an idempotency key of a user stands for, or null if it stands for none. Asked before what may have changed since a first
    /// submission is checked, so that a repeated one is answered alike; <see cref="ApplyAsync"/> compares the key again.
    /// </summary>
    /// <param name="user">Whose key it is; null or empty for nobody's.</param>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<Job?> FindByKeyAsync(string? user, string key, CancellationToken cancellationToken);

    /// <summary>
    /// The next jobs that meet a query, in the order of their ids: a page is short only if there are no more. Pages go on after an id,
    /// which never changes, and each job is looked at as it stands when its page is read. So over the pages of one query no job comes
    /// twice, and each comes that meets the query all the while, whatever changes meanwhile.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is less than 1.</exception>
    ValueTask<IReadOnlyList<JobReading>> ReadPageAsync(JobQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Finished jobs that need not be kept, those that finished first first: what finished before a time, and what is not among the newest.
    /// At one time of finishing they come in the order of their ids. So who cannot remove some goes past them, from one place to the next.
    /// </summary>
    /// <param name="retention">What is to be kept, and after which place to begin.</param>
    /// <param name="limit">How many at most; at least 1.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<IReadOnlyList<Job>> ReadExpiredAsync(JobRetention retention, int limit, CancellationToken cancellationToken);

    /// <summary>Removes finished jobs for good, and their idempotency keys with them; one that is not finished, or not there, is passed over.</summary>
    /// <exception cref="StaleFenceException">The lease is not the current one; nothing was removed.</exception>
    ValueTask RemoveAsync(IReadOnlyList<JobId> jobs, Fence fence, CancellationToken cancellationToken);

    /// <summary>Becomes or stays the decider.</summary>
    /// <param name="holder">Who asks; the current holder renews and keeps its term.</param>
    /// <param name="duration">How long the lease holds unless it is renewed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lease's term, or null while another holder's lease holds.</returns>
    ValueTask<Fence?> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Gives the lease back, if it is still held.</summary>
    ValueTask ReleaseLeaseAsync(Fence fence, CancellationToken cancellationToken);
}

/// <summary>The term of a lease: it grows with each new holder, and a write with an older one is refused.</summary>
public readonly record struct Fence(long Term);

/// <summary>A place in the change feed; the default one is before the first change.</summary>
public readonly record struct ChangeCursor(long Sequence);

/// <summary>What became of a command.</summary>
/// <param name="Rejection">Why it did not apply, or <see cref="Rejection.None"/>.</param>
/// <param name="Job">The job after the command if it applied, else as it stands; null if there is none.</param>
public readonly record struct CommandResult(Rejection Rejection, Job? Job)
{
    /// <summary>Whether it applied.</summary>
    public bool Applied => Rejection is Rejection.None;

    /// <summary>All jobs of a <see cref="JobCommand.SubmitAll"/> that applied, in its order; <see cref="Job"/> is the first of them.</summary>
    public IReadOnlyList<Job> All { get => field ?? []; init; }
}

/// <summary>A part of the change feed.</summary>
/// <param name="Changes">Each changed job as it was after the change, in commit order.</param>
/// <param name="Next">Where to go on.</param>
/// <param name="IsTruncated">The store no longer keeps what follows the given cursor: read the open jobs anew.</param>
public sealed record ChangePage(IReadOnlyList<Job> Changes, ChangeCursor Next, bool IsTruncated);

/// <summary>All jobs that are not final, at one moment.</summary>
public sealed record OpenJobs(IReadOnlyList<Job> Jobs, ChangeCursor Cursor);

/// <summary>A job and its place in the queue at one moment.</summary>
/// <param name="Job">The job.</param>
/// <param name="QueuePosition">Counted from 1; null when it is not queued.</param>
public readonly record struct JobReading(Job Job, int? QueuePosition);

/// <summary>A write came from a decider that is no longer the decider; nothing was applied.</summary>
public sealed class StaleFenceException(Fence? found, Fence current)
    : InvalidOperationException($"The write carries {(found is { } f ? $"lease term {f.Term}" : "no lease term")}, the current term is {current.Term}: another decider has taken over.")
{
    /// <summary>The term that the write carried.</summary>
    public Fence? Found { get; } = found;

    /// <summary>The term that holds.</summary>
    public Fence Current { get; } = current;
}
