using Orca.Training.Jobs;

namespace Orca.Training.Machines;

/// <summary>Skips exactly the lines that a position says were read.</summary>
internal sealed class ResumePoint
{
    // The engine leaves out by its own times what we ordered by ours, and the two outputs may be out of order: it is asked for a
    // little more than is wanted. Only a clock that jumps back by more than this could hide a line.
    private const long Overlap = 2_000_000_000;

    // Of what was followed a moment ago only the two outputs' order is in doubt, and a flood is not to be read twice.
    private const long OverlapAtEnd = 100_000_000;

    private readonly OutputPosition _after;
    private int _left;

    private ResumePoint(OutputPosition after, long overlap)
    {
        _after = after;
        _left = after.Lines;
        Since = Math.Max(0, after.Timestamp - overlap);
    }

    /// <summary>From where to ask the engine, in nanoseconds since 1970; 0 for all.</summary>
    public long Since { get; }

    /// <summary>To go on after a position that was read some time ago, maybe by another process.</summary>
    public static ResumePoint For(OutputPosition after) => new(after, Overlap);

    /// <summary>To look for what is left after all that was just followed.</summary>
    public static ResumePoint ForEnd(OutputPosition after) => new(after, OverlapAtEnd);

    /// <summary>Whether a line is new; lines must come in order.</summary>
    public bool IsNew(in OutputLine line)
    {
        if (line.Timestamp == _after.Timestamp && _left > 0)
        {
            _left--;
            return false;
        }

        return line.Timestamp >= _after.Timestamp;
    }
}
