using System.Buffers.Binary;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Output;

/// <summary>
/// Takes a container's output as the engine sends it, in pieces of any size, and gives its lines. The format: messages of 8 bytes
/// (stream, three unused, length) and that many bytes, which begin with a timestamp and a space. A message is a line with its
/// newline, or a part of one where the line was long or has no newline. Knows nothing of connections.
/// </summary>
/// <param name="longestLine">Bytes of text in a line; what is longer comes in parts.</param>
internal sealed class OutputParser(int longestLine = OutputParser.LongestLine)
{
    public const int LongestLine = 64 * 1024;

    private const int HeaderLength = 8;

    private readonly byte[] header = new byte[HeaderLength];
    private readonly LineAssembler standard = new(OutputStream.Standard, longestLine);
    private readonly LineAssembler error = new(OutputStream.Error, longestLine);
    private readonly TimestampReader timestamp = new();

    private LineAssembler? current;
    private int headerFilled;
    private uint left;

    // Each output has its own clock reading in the engine, so that lines of the two can be out of order by a little. Positions
    // need an order that holds: no line is given an earlier time than one before it.
    private long latest;

    /// <summary>Whether it stands between two messages, as it must at the end.</summary>
    public bool IsBetweenMessages => headerFilled == 0;

    /// <summary>Takes the next bytes, and adds the lines that they complete.</summary>
    /// <exception cref="InvalidDataException">This is not what an engine sends.</exception>
    public void Push(ReadOnlySpan<byte> bytes, List<OutputLine> lines)
    {
        while (!bytes.IsEmpty)
        {
            if (headerFilled < HeaderLength)
            {
                var taken = Math.Min(HeaderLength - headerFilled, bytes.Length);
                bytes[..taken].CopyTo(header.AsSpan(headerFilled));
                headerFilled += taken;
                bytes = bytes[taken..];
                if (headerFilled == HeaderLength)
                {
                    BeginMessage();
                }
            }
            else
            {
                var part = bytes[..(int)Math.Min(left, (uint)bytes.Length)];
                left -= (uint)part.Length;
                bytes = bytes[part.Length..];
                if (!timestamp.IsComplete)
                {
                    part = part[timestamp.Take(part)..];
                    if (timestamp.IsComplete)
                    {
                        latest = Math.Max(latest, timestamp.Nanoseconds);
                    }
                }

                current!.Append(part, latest, lines);
            }

            if (headerFilled == HeaderLength && left == 0)
            {
                headerFilled = 0;
            }
        }
    }

    /// <summary>The output ended: adds the lines that lack a newline.</summary>
    public void Complete(List<OutputLine> lines)
    {
        // The one that was written to earlier comes first.
        var (first, second) = standard.LastWritten <= error.LastWritten ? (standard, error) : (error, standard);
        first.Complete(latest, lines);
        second.Complete(latest, lines);
    }

    private void BeginMessage()
    {
        current = header[0] switch
        {
            1 => standard,
            2 => error,
            _ => throw new InvalidDataException($"a message of stream {header[0]} in a container's output"),
        };
        left = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
        timestamp.Reset();
    }
}
