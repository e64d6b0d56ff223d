using System.Text;

namespace Orca.Training.Machines;

/// <summary>
/// Puts one output's lines together. A line ends with a newline, or with one carriage return and a newline; other carriage returns
/// are text. Bytes that are no UTF-8 become replacement characters. It holds one line, of a bounded length.
/// </summary>
internal sealed class LineAssembler(OutputStream stream, int longestLine)
{
    private byte[] _buffer = new byte[Math.Min(256, longestLine)];
    private int _filled;
    private bool _isContinuation;

    /// <summary>The time of the latest bytes, which is the line's when it is completed.</summary>
    public long LastWritten { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes, long timestamp, List<OutputLine> lines)
    {
        if (!bytes.IsEmpty)
        {
            LastWritten = timestamp;
        }

        while (!bytes.IsEmpty)
        {
            var newline = bytes.IndexOf((byte)'\n');
            var text = newline < 0 ? bytes : bytes[..newline];
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

            if (newline < 0)
            {
                return;
            }

            EndLine(timestamp, lines);
            bytes = bytes[(newline + 1)..];
        }
    }

    /// <summary>The output ended: what is held is the last line.</summary>
    public void Complete(long timestamp, List<OutputLine> lines)
    {
        if (_filled > 0)
        {
            Emit(_filled, timestamp, lines);
        }

        _filled = 0;
        _isContinuation = false;
    }

    private void EndLine(long timestamp, List<OutputLine> lines)
    {
        var length = _filled > 0 && _buffer[_filled - 1] == (byte)'\r' ? _filled - 1 : _filled;

        // The parts of a long line are all there is of it when nothing is left for the last.
        if (length > 0 || !_isContinuation)
        {
            Emit(length, timestamp, lines);
        }

        _filled = 0;
        _isContinuation = false;
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
