using System.Text;

namespace Orca.Training.Machines;

/// <summary>
/// Puts the lines of one of a container's outputs together from bytes in pieces of any size, by rules that hold for every runtime. A
/// line ends with a newline, or with carriage returns and a newline. Of a line that carriage returns redraw, such as a progress bar,
/// what was drawn last stays. Bytes that are no UTF-8 become replacement characters. A line over the limit comes in several parts; no
/// more than that is held. Not thread-safe.
/// </summary>
/// <param name="stream">Which output.</param>
/// <param name="longestLine">The most bytes of a line, at least 4; 64 KiB is what logs take.</param>
public sealed class LineAssembler(OutputStream stream, int longestLine = LineAssembler.LongestLine)
{
    /// <summary>The usual limit, in bytes.</summary>
    public const int LongestLine = 64 * 1024;

    private const byte Newline = (byte)'\n';
    private const byte Return = (byte)'\r';

    private byte[] _buffer = new byte[Math.Min(256, longestLine)];
    private int _filled;
    private bool _isContinuation;

    // What is held stays for as long as nothing is drawn over it.
    private bool _isReturned;

    /// <summary>The timestamp of the latest bytes, which is the line's when it is completed.</summary>
    public long LastWritten { get; private set; }

    /// <summary>Takes the next bytes, and adds the lines that they complete.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="timestamp">When they were written, in nanoseconds since 1970; not before the ones before them.</param>
    /// <param name="lines">Gets the lines.</param>
    public void Append(ReadOnlySpan<byte> bytes, long timestamp, List<OutputLine> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        if (!bytes.IsEmpty)
        {
            LastWritten = timestamp;
        }

        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOfAny(Newline, Return);
            HoldAll(end < 0 ? bytes : bytes[..end], timestamp, lines);
            if (end < 0)
            {
                return;
            }

            if (bytes[end] == Newline)
            {
                EndLine(timestamp, lines);
            }
            else
            {
                _isReturned = true;
            }

            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>The output ended: what is held is the last line.</summary>
    /// <param name="timestamp">The line's timestamp.</param>
    /// <param name="lines">Gets the line.</param>
    public void Complete(long timestamp, List<OutputLine> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        if (_filled > 0)
        {
            Emit(_filled, timestamp, lines);
        }

        Clear();
    }

    private void EndLine(long timestamp, List<OutputLine> lines)
    {
        // The parts of a long line are all there is of it when nothing is left for the last.
        if (_filled > 0 || !_isContinuation)
        {
            Emit(_filled, timestamp, lines);
        }

        Clear();
    }

    private void Clear()
    {
        _filled = 0;
        _isContinuation = false;
        _isReturned = false;
    }

    private void HoldAll(ReadOnlySpan<byte> text, long timestamp, List<OutputLine> lines)
    {
        if (_isReturned && !text.IsEmpty)
        {
            _filled = 0;
            _isReturned = false;
        }

        while (!text.IsEmpty)
        {
            if (_filled == longestLine)
            {
                EmitPart(timestamp, lines);
            }

            var taken = Math.Min(text.Length, longestLine - _filled);
            Hold(text[..taken]);
            text = text[taken..];
        }
    }

    /// <summary>Emits a full buffer, but for the bytes at its end of a character that goes on.</summary>
    private void EmitPart(long timestamp, List<OutputLine> lines)
    {
        var length = _filled - UnfinishedBytes(_buffer.AsSpan(0, _filled));
        Emit(length, timestamp, lines);
        _buffer.AsSpan(length, _filled - length).CopyTo(_buffer);
        _filled -= length;
        _isContinuation = true;
    }

    private void Emit(int length, long timestamp, List<OutputLine> lines) =>
        lines.Add(new OutputLine(stream, timestamp, Encoding.UTF8.GetString(_buffer, 0, length)));

    private void Hold(ReadOnlySpan<byte> text)
    {
        if (_buffer.Length < _filled + text.Length)
        {
            Array.Resize(ref _buffer, Math.Min(longestLine, Math.Max(_buffer.Length * 2, _filled + text.Length)));
        }

        text.CopyTo(_buffer.AsSpan(_filled));
        _filled += text.Length;
    }

    private static int UnfinishedBytes(ReadOnlySpan<byte> text)
    {
        // A character's first byte says its length: at most four bytes back stands one that wants more than there are.
        for (var back = 1; back <= Math.Min(3, text.Length - 1); back++)
        {
            var lead = text[^back];
            if (lead >= 0xC0)
            {
                var wants = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
                return wants > back ? back : 0;
            }

            if (lead < 0x80)
            {
                return 0;
            }
        }

        return 0;
    }
}
