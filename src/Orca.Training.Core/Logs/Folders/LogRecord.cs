using System.Buffers.Text;
using System.Text;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Logs.Folders;

/// <summary>
/// A log's entries as lines of text, so that people can read a log with what they have at hand:
/// <c>2026-11-24T23:31:01.123456789Z 1 o epoch 3 of 20</c>. First the position: the timestamp, and which line of that very timestamp
/// this is. Then the kind: <c>o</c> for standard output, <c>e</c> for standard error, <c>g</c> for missing lines, whose text begins
/// with their number. A capital letter says that the text is escaped (<c>\n</c> and <c>\\</c>), which only one that holds a newline is.
/// </summary>
/// <remarks>
/// What is written depends on the entry alone, not on how entries were appended: two followers of one container write the same bytes
/// to the same places. Whether a line is whole is told by its newline and its beginning.
/// </remarks>
internal static class LogRecord
{
    internal const int SecondsLength = 19;
    private const int TimestampLength = SecondsLength + 11;
    private const long NanosecondsPerSecond = 1_000_000_000;

    // Timestamp, spaces, two numbers, kind and newline.
    private const int MaxHeader = 80;

    /// <summary>The most bytes of a record: all of a text's characters escaped or of three bytes each.</summary>
    public const int MaxLength = MaxHeader + (3 * LogEntry.MaxTextLength);

    /// <summary>The most bytes that an entry can take.</summary>
    public static int MaxLengthOf(in LogEntry entry) => MaxHeader + (3 * entry.Text.Length);

    /// <summary>Writes an entry with its newline, and says how many bytes that took.</summary>
    public static int Write(in LogEntry entry, Span<byte> to) => Write(entry, to, new SecondText());

    /// <summary>Writes an entry with its newline, and says how many bytes that took.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="to">Room for it.</param>
    /// <param name="second">That of the entry before, which is often this one's too.</param>
    public static int Write(in LogEntry entry, Span<byte> to, SecondText second)
    {
        var at = WriteTimestamp(entry.Position.Timestamp, to, second);
        to[at++] = (byte)' ';
        at += WriteNumber(entry.Position.Lines, to[at..]);
        to[at++] = (byte)' ';
        var isEscaped = entry.Text.Contains('\n', StringComparison.Ordinal);
        var kind = entry.Missing > 0 ? 'g' : entry.Stream == OutputStream.Standard ? 'o' : 'e';
        to[at++] = (byte)(isEscaped ? char.ToUpperInvariant(kind) : kind);
        to[at++] = (byte)' ';
        if (entry.Missing > 0)
        {
            at += WriteNumber(entry.Missing, to[at..]);
            to[at++] = (byte)' ';
        }

        var text = isEscaped ? Escape(entry.Text) : entry.Text;
        at += Encoding.UTF8.GetBytes(text, to[at..]);
        to[at++] = (byte)'\n';
        return at;
    }

    /// <summary>Reads a record without its newline; false if it is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> record, out LogEntry entry)
    {
        entry = default;
        if (!TryReadHeader(record, out var header))
        {
            return false;
        }

        var text = record[header.Length..];
        var missing = 0L;
        if (header.IsGap)
        {
            if (!Utf8Parser.TryParse(text, out missing, out var read) || missing < 1 || read >= text.Length || text[read] != (byte)' ')
            {
                return false;
            }

            text = text[(read + 1)..];
        }

        var content = Encoding.UTF8.GetString(text);
        entry = new LogEntry(header.Position, header.Stream, header.IsEscaped ? Unescape(content) : content, missing);
        return true;
    }

    /// <summary>Reads all of a record but its text.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> record, out LogRecordHeader header)
    {
        header = default;
        if (record.Length < TimestampLength + 1 || record[TimestampLength] != (byte)' '
            || !TryReadTimestamp(record[..TimestampLength], out var timestamp)
            || !Utf8Parser.TryParse(record[(TimestampLength + 1)..], out int lines, out var read) || lines < 1)
        {
            return false;
        }

        var kind = record[(TimestampLength + 1 + read)..];
        if (kind.Length < 3 || kind[0] != (byte)' ' || kind[2] != (byte)' ' || !"oegOEG"u8.Contains(kind[1]))
        {
            return false;
        }

        var letter = (char)(kind[1] | 0x20);
        header = new LogRecordHeader(
            new OutputPosition(timestamp, lines),
            letter == 'o' ? OutputStream.Standard : OutputStream.Error,
            IsGap: letter == 'g',
            IsEscaped: char.IsAsciiLetterUpper((char)kind[1]),
            Length: TimestampLength + 1 + read + 3);
        return true;
    }

    private static int WriteNumber(long number, Span<byte> to)
    {
        number.TryFormat(to, out var written, default, System.Globalization.CultureInfo.InvariantCulture);
        return written;
    }

    private static int WriteTimestamp(long nanoseconds, Span<byte> to, SecondText second)
    {
        var (seconds, rest) = Math.DivRem(nanoseconds, NanosecondsPerSecond);
        second.Of(seconds).CopyTo(to);
        to[SecondsLength] = (byte)'.';
        for (var at = TimestampLength - 2; at > SecondsLength; at--)
        {
            (rest, var digit) = Math.DivRem(rest, 10);
            to[at] = (byte)('0' + digit);
        }

        to[TimestampLength - 1] = (byte)'Z';
        return TimestampLength;
    }

    private static bool TryReadTimestamp(ReadOnlySpan<byte> text, out long nanoseconds)
    {
        nanoseconds = 0;
        if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[SecondsLength] != '.' || text[^1] != 'Z'
            || !TryDigits(text[..4], out var year) || !TryDigits(text[5..7], out var month) || !TryDigits(text[8..10], out var day)
            || !TryDigits(text[11..13], out var hour) || !TryDigits(text[14..16], out var minute) || !TryDigits(text[17..19], out var second)
            || !TryDigits(text[(SecondsLength + 1)..^1], out var rest)
            || year is < 1970 or > 2261 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        var whole = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc);
        nanoseconds = ((whole - DateTime.UnixEpoch).Ticks * 100) + rest;
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            number = (number * 10) + (digit - '0');
        }

        return true;
    }

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Unescape(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            plain.Append(text[i] != '\\' || i + 1 == text.Length ? text[i] : text[++i] == 'n' ? '\n' : text[i]);
        }

        return plain.ToString();
    }
}

/// <summary>A second as a record has it. Of very many lines each second is written out once.</summary>
internal sealed class SecondText
{
    private readonly byte[] _text = new byte[LogRecord.SecondsLength];
    private long _second = long.MinValue;

    /// <summary>The text of a second since 1970, until the next call.</summary>
    public ReadOnlySpan<byte> Of(long second)
    {
        if (second != _second)
        {
            DateTime.UnixEpoch.AddSeconds(second).TryFormat(_text, out _, "s", System.Globalization.CultureInfo.InvariantCulture);
            _second = second;
        }

        return _text;
    }
}

/// <summary>What stands before a record's text.</summary>
/// <param name="Position">The entry's position.</param>
/// <param name="Stream">The entry's output.</param>
/// <param name="IsGap">Whether it stands for missing lines.</param>
/// <param name="IsEscaped">Whether the text is escaped.</param>
/// <param name="Length">Where the text begins.</param>
internal readonly record struct LogRecordHeader(OutputPosition Position, OutputStream Stream, bool IsGap, bool IsEscaped, int Length)
{
    /// <summary>Whether it counts where only one output is asked for.</summary>
    public bool Counts(OutputStream? stream) => stream is null || IsGap || Stream == stream;
}
