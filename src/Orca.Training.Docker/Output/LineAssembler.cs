using System.Text;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Output;

/// <summary>
/// Puts one output's lines together. A line ends with a newline, or with one carriage return and a newline; other carriage returns
/// are text. Bytes that are no UTF-8 become replacement characters. It holds one line, of a bounded length.
/// </summary>
internal sealed class LineAssembler(OutputStream stream, int longestLine)
{
    private byte[] buffer = new byte[Math.Min(256, longestLine)];
    private int filled;
    private bool isContinuation;

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
                if (filled == longestLine)
                {
                    EmitPart(timestamp, lines);
                }

                var taken = Math.Min(text.Length, longestLine - filled);
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
        if (filled > 0)
        {
            Emit(filled, timestamp, lines);
        }

        filled = 0;
        isContinuation = false;
    }

    private void EndLine(long timestamp, List<OutputLine> lines)
    {
        var length = filled > 0 && buffer[filled - 1] == (byte)'\r' ? filled - 1 : filled;

        // The parts of a long line are all there is of it when nothing is left for the last.
        if (length > 0 || !isContinuation)
        {
            Emit(length, timestamp, lines);
        }

        filled = 0;
        isContinuation = false;
    }

    /// <summary>Emits a full buffer, but for the bytes at its end of a character that goes on.</summary>
    private void EmitPart(long timestamp, List<OutputLine> lines)
    {
        var length = filled - UnfinishedBytes(buffer.AsSpan(0, filled));
        Emit(length, timestamp, lines);
        buffer.AsSpan(length, filled - length).CopyTo(buffer);
        filled -= length;
        isContinuation = true;
    }

    private void Emit(int length, long timestamp, List<OutputLine> lines) =>
        lines.Add(new OutputLine(stream, timestamp, Encoding.UTF8.GetString(buffer, 0, length)));

    private void Hold(ReadOnlySpan<byte> text)
    {
        if (buffer.Length < filled + text.Length)
        {
            Array.Resize(ref buffer, Math.Min(longestLine, Math.Max(buffer.Length * 2, filled + text.Length)));
        }

        text.CopyTo(buffer.AsSpan(filled));
        filled += text.Length;
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
