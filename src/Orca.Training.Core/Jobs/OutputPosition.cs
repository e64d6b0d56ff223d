namespace Orca.Training.Jobs;

/// <summary>A place in a container's output: after a line. The default one is before the first line. Places are ordered.</summary>
/// <param name="Timestamp">The runtime's timestamp of the last line before it, in nanoseconds since 1970 (UTC); 0 before the first.</param>
/// <param name="Lines">How many lines that carry this very timestamp lie before it.</param>
public readonly record struct OutputPosition(long Timestamp, int Lines) : IComparable<OutputPosition>
{
    /// <summary>The place after the next line.</summary>
    /// <param name="timestamp">The line's timestamp. Runtimes never give a smaller one than before; if one does, the line counts as one of the last moment.</param>
    public OutputPosition Next(long timestamp) =>
        timestamp > Timestamp ? new OutputPosition(timestamp, 1) : this with { Lines = Lines + 1 };

    /// <inheritdoc />
    public int CompareTo(OutputPosition other) =>
        Timestamp == other.Timestamp ? Lines.CompareTo(other.Lines) : Timestamp.CompareTo(other.Timestamp);

    /// <summary>Whether one place is before another.</summary>
    public static bool operator <(OutputPosition left, OutputPosition right) => left.CompareTo(right) < 0;

    /// <summary>Whether one place is after another.</summary>
    public static bool operator >(OutputPosition left, OutputPosition right) => left.CompareTo(right) > 0;

    /// <summary>Whether one place is before another, or the same.</summary>
    public static bool operator <=(OutputPosition left, OutputPosition right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one place is after another, or the same.</summary>
    public static bool operator >=(OutputPosition left, OutputPosition right) => left.CompareTo(right) >= 0;
}
