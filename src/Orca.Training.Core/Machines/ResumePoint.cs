using Orca.Training.Jobs;

namespace Orca.Training.Machines;

/// <summary>Skips exactly the lines that a position says were read.</summary>
internal sealed class ResumePoint(OutputPosition after)
{
    // The engine leaves out by its own times what we ordered by ours, and the two outputs may be out of order: it is asked for a
    // little more than is wanted. Only a clock that jumps back by more than this could hide a line.
    private const long Overlap = 2_000_000_000;

    private int _left = after.Lines;

    /// <summary>From where to ask the engine, in nanoseconds since 1970; 0 for all.</summary>
    public long Since { get; } = Math.Max(0, after.Timestamp - Overlap);

    /// <summary>Whether a line is new; lines must come in order.</summary>
    public bool IsNew(in OutputLine line)
    {
        if (line.Timestamp == after.Timestamp && _left > 0)
        {
            _left--;
            return false;
        }

        return line.Timestamp >= after.Timestamp;
    }
}
