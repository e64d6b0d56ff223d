using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Logs;

/// <summary>
/// Stores the output of containers by attempt and rank. It can be read while they run, after they have ended and after they are removed.
/// Thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// One follower of the container's output writes a log, in order of positions. A follower that starts again, in this or another process, asks
/// for the end of the log and continues there. Entries that are appended twice are stored once.
/// </para>
/// <para>
/// A log does not have to be created; one that was never written is empty. The store decides how much of a log it keeps. In place of dropped
/// entries it has one entry with <see cref="LogEntry.Missing"/>.
/// </para>
/// </remarks>
public interface ILogStore
{
    /// <summary>
    /// Whether all hosts of the installation see the same content. A host warns at start if its job store is shared but this store is not.
    /// </summary>
    bool IsShared { get; }

    /// <summary>Appends entries to a log. Entries whose position is not after its end are already stored and are ignored.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="rank">The container's rank within it.</param>
    /// <param name="entries">The entries, in order of their positions.</param>
    /// <param name="cancellationToken">Cancels the call. It is then unknown what was written; the same entries can be appended again.</param>
    /// <exception cref="ArgumentException">An entry's text is longer than <see cref="LogEntry.MaxTextLength"/>.</exception>
    /// <exception cref="IOException">They cannot be written now; some may be written.</exception>
    ValueTask AppendAsync(AttemptName attempt, int rank, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken);

    /// <summary>Gets the position of the last entry, after which a follower continues; the default for an empty log.</summary>
    /// <exception cref="IOException">The log cannot be read now.</exception>
    ValueTask<OutputPosition> GetEndAsync(AttemptName attempt, int rank, CancellationToken cancellationToken);

    /// <summary>Reads the next entries after a position. The store chooses how many; none if there are no more yet.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="rank">The container's rank within it.</param>
    /// <param name="after">The position of the last entry that was read, or any other position.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="IOException">The log cannot be read now.</exception>
    ValueTask<IReadOnlyList<LogEntry>> ReadAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken);

    /// <summary>Finds the position before the last entries.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="rank">The container's rank within it.</param>
    /// <param name="count">The number of entries; 0 for the end. An entry for missing lines counts as one.</param>
    /// <param name="stream">Counts only entries of this output and entries for missing lines; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The position; the default if the log has no more entries than that.</returns>
    /// <exception cref="IOException">The log cannot be read now.</exception>
    ValueTask<OutputPosition> FindLastAsync(AttemptName attempt, int rank, long count, OutputStream? stream, CancellationToken cancellationToken);

    /// <summary>Waits until there may be an entry after a position; it may return early.</summary>
    ValueTask WaitAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes the logs of all attempts and ranks of a job permanently. It can be repeated, and if there is none, nothing happens.
    /// </summary>
    /// <remarks>
    /// A concurrent reader gets complete entries and then the end of the log. Entries that are appended later start a new log; entries that are
    /// appended at the same time may be deleted too.
    /// </remarks>
    /// <param name="installation">The installation of the job.</param>
    /// <param name="job">The job.</param>
    /// <param name="cancellationToken">Cancels the call. It is then unknown what was deleted.</param>
    /// <exception cref="IOException">They cannot be deleted now; some may be deleted.</exception>
    ValueTask RemoveAsync(InstallationId installation, JobId job, CancellationToken cancellationToken);
}
