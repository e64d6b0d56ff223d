using System.Globalization;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Logs;

/// <summary>A line of a log, or what stands for lines that are not there.</summary>
/// <param name="Position">The place after it in the container's output: grows from entry to entry, and carries the line's timestamp.</param>
/// <param name="Stream">Where it was written.</param>
/// <param name="Text">The line without its end, in valid Unicode; for missing lines, a sentence that says so.</param>
/// <param name="Missing">0 for a line; else how many lines are missing here.</param>
public readonly record struct LogEntry(OutputPosition Position, OutputStream Stream, string Text, long Missing = 0)
{
    /// <summary>The most characters (UTF-16) of a text. The service cuts longer lines, and marks them.</summary>
    public const int MaxTextLength = 64 * 1024;

    /// <summary>An entry for lines that are not there. It counts as standard error, where programs say such things.</summary>
    /// <param name="position">Any place after the last line before them, and not after the last line that is missing.</param>
    /// <param name="missing">How many lines, at least 1.</param>
    /// <param name="reason">Why, as the end of a sentence: <c>the log has reached its maximum size</c>.</param>
    public static LogEntry Gap(OutputPosition position, long missing, string reason)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(missing, 1);
        var lines = missing == 1 ? "1 line is" : string.Create(CultureInfo.InvariantCulture, $"{missing:N0} lines are");
        return new LogEntry(position, OutputStream.Error, $"[{lines} missing here: {reason}]", missing);
    }

    /// <summary>An entry for a line of a container's output; a text that is too long is cut, and says so.</summary>
    internal static LogEntry Of(in OutputLine line, OutputPosition position) => new(position, line.Stream, Cut(line.Text));

    private static string Cut(string text)
    {
        if (text.Length <= MaxTextLength)
        {
            return text;
        }

        var mark = string.Create(CultureInfo.InvariantCulture, $"… [cut: the line has {text.Length:N0} characters]");
        var kept = MaxTextLength - mark.Length;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[kept - 1]) ? kept - 1 : kept), mark);
    }
}
