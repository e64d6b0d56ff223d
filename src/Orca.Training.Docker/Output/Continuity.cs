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
    // Lines that come closer together than they were printed were read late; where the difference is this large, files can lie between them: an engine
    // takes longer than this to write one of the least size. Differences alone are looked at, for the engine's clock may be another one.
    private static readonly TimeSpan Leap = TimeSpan.FromMilliseconds(150);

    private readonly long _asked = Nanoseconds(asked);
    private long _last = after.Timestamp;
    private DateTimeOffset _lastCame = asked;
    private bool _isFirst = true;

    /// <summary>What a line says of those before it.</summary>
    /// <param name="line">The line.</param>
    /// <param name="now">When it came, by the host's clock.</param>
    public Before Take(in OutputLine line, DateTimeOffset now)
    {
        var (printed, came, isFirst) = (line.Timestamp - _last, now - _lastCame, _isFirst);
        (_last, _lastCame, _isFirst) = (line.Timestamp, now, false);
        return isFirst ? (after.Timestamp > 0 && printed > 0 ? Before.Missing : Before.Complete)
            : line.Timestamp > _asked && TimeSpan.FromTicks(printed / 100) - came >= Leap ? Before.Doubtful
            : Before.Complete;
    }

    private static long Nanoseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * 100;

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
