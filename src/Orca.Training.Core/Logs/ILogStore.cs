using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Logs;

/// <summary>
/// Keeps what each attempt's containers print, by attempt and rank, so that it can be read while they run, after they have ended and
/// after they are gone. Thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// A log is written by one follower of the container's output, in the order of its positions. A follower that begins anew, in this
/// process or another, asks for the end and goes on there; what it appends twice is there once.
/// </para>
/// <para>
/// Logs that nobody has written are empty: none has to be made, and a training that prints nothing costs nothing. How much of a log is
/// kept is the store's to say; what it lets go of is one entry with <see cref="LogEntry.Missing"/> in its place.
/// </para>
/// </remarks>
public interface ILogStore
{
    /// <summary>
    /// Whether each host of the installation finds here what any of them put here. A host that could share its job store with others, but
    /// not this, says so when it starts.
    /// </summary>
    bool IsShared { get; }

    /// <summary>Adds entries to the end of a log. Those whose position is not after its end are there already, and are passed over.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="rank">The container's rank within it.</param>
    /// <param name="entries">In the order of their positions.</param>
    /// <param name="cancellationToken">Gives up; what was written is then not known, and the same entries can be appended again.</param>
    /// <exception cref="ArgumentException">An entry's text is longer than <see cref="LogEntry.MaxTextLength"/>.</exception>
    /// <exception cref="IOException">They cannot be written now; some may have been.</exception>
    ValueTask AppendAsync(AttemptName attempt, int rank, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken);

    /// <summary>The position of the last entry that was written: where a follower goes on. The default one for an empty log.</summary>
    /// <exception cref="IOException">The log cannot be read now.</exception>
    ValueTask<OutputPosition> GetEndAsync(AttemptName attempt, int rank, CancellationToken cancellationToken);

    /// <summary>The next entries after a position, as many as the store likes to give at once; none if there are no more now.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="rank">The container's rank within it.</param>
    /// <param name="after">The position of the last entry seen, or any other place.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="IOException">The log cannot be read now.</exception>
    ValueTask<IReadOnlyList<LogEntry>> ReadAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken);

    /// <summary>Finds the place after which the last entries lie.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="rank">The container's rank within it.</param>
    /// <param name="count">How many entries; 0 for the end. An entry that stands for missing lines counts as one.</param>
    /// <param name="stream">Counts only entries of this output, and those that stand for missing lines; null for all.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The place; the default one if there are no more entries than asked for.</returns>
    /// <exception cref="IOException">The log cannot be read now.</exception>
    ValueTask<OutputPosition> FindLastAsync(AttemptName attempt, int rank, long count, OutputStream? stream, CancellationToken cancellationToken);

    /// <summary>Waits until there may be an entry after a position; it may return early.</summary>
    ValueTask WaitAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes the logs of all attempts and ranks of a job, for good. None is no error, and repeating it deletes what an earlier try left.
    /// </summary>
    /// <remarks>
    /// Who reads meanwhile gets whole entries, and then that there are no more. What is appended afterwards begins a new log; what is
    /// appended at the same moment may go with the old one.
    /// </remarks>
    /// <param name="installation">The job's installation.</param>
    /// <param name="job">The job.</param>
    /// <param name="cancellationToken">Gives up; how much is gone is then not known.</param>
    /// <exception cref="IOException">They cannot be deleted now; some may be gone.</exception>
    ValueTask RemoveAsync(InstallationId installation, JobId job, CancellationToken cancellationToken);
}
