using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Output;

/// <summary>
/// Whether one answer of the engine holds all lines. Its log is bounded, so that the oldest lines are gone where a reader is very far behind; and an engine that
/// follows a log leaves out whole files of it without a word, where two came while it read one. Knows nothing of connections.
/// </summary>
/// <param name="after">The last line that was read before, which the answer begins before if it is all there.</param>
/// <param name="asked">When it was asked for, by the host's clock: what was printed before then comes from all the files together.</param>
internal sealed class Continuity(OutputPosition after, DateTimeOffset asked)
{
    /// <summary>
    /// A wait for the next bytes this long means that the engine has no more. Shorter ones can be its own slowness.
    /// </summary>
    public static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(100);

    // A file of the log's least size takes an engine longer than this to write.
    private const long Jump = 50_000_000;

    private readonly long _asked = (asked - DateTimeOffset.UnixEpoch).Ticks * 100;
    private long _last = after.Timestamp;
    private bool _isFirst = true;
    private bool _hasWaited = true;

    /// <summary>The engine had nothing more to give for a while: it is at the end of what is printed.</summary>
    public void Waited() => _hasWaited = true;

    /// <summary>What a line says of those before it.</summary>
    public Before Take(in OutputLine line)
    {
        var (before, isFirst, hasWaited) = (_last, _isFirst, _hasWaited);
        (_last, _isFirst, _hasWaited) = (line.Timestamp, false, false);
        return isFirst ? (after.Timestamp > 0 && line.Timestamp > after.Timestamp ? Before.Missing : Before.Complete)
            : !hasWaited && line.Timestamp > _asked && line.Timestamp - before >= Jump ? Before.Doubtful
            : Before.Complete;
    }

    /// <summary>Whether lines before one are missing.</summary>
    public enum Before
    {
        /// <summary>None are.</summary>
        Complete,

        /// <summary>Some may be: what the engine has from the last one on says it.</summary>
        Doubtful,

        /// <summary>The last line that was read is gone, and how many after it, nobody knows.</summary>
        Missing,
    }
}
