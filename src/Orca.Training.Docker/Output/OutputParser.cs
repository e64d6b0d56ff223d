using System.Buffers.Binary;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Output;

/// <summary>
/// Takes a container's output as the engine sends it, in pieces of any size, and gives its lines. The format: messages of 8 bytes
/// (stream, three unused, length) and that many bytes, which begin with a timestamp and a space. A message is a line with its
/// newline, or a part of one where the line was long or has no newline. Knows nothing of connections.
/// </summary>
/// <param name="longestLine">Bytes of text in a line; what is longer comes in parts.</param>
internal sealed class OutputParser(int longestLine = LineAssembler.LongestLine)
{
    private const int HeaderLength = 8;

    private readonly byte[] _header = new byte[HeaderLength];
    private readonly LineAssembler _standard = new(OutputStream.Standard, longestLine);
    private readonly LineAssembler _error = new(OutputStream.Error, longestLine);
    private readonly TimestampReader _timestamp = new();

    private LineAssembler? _current;
    private int _headerFilled;
    private uint _left;

    // Each output has its own clock reading in the engine, so that lines of the two can be out of order by a little. Positions
    // need an order that holds: no line is given an earlier time than one before it.
    private long _latest;

    /// <summary>Whether it stands between two messages, as it must at the end.</summary>
    public bool IsBetweenMessages => _headerFilled == 0;

    /// <summary>Takes the next bytes, and adds the lines that they complete.</summary>
    /// <exception cref="InvalidDataException">This is not what an engine sends.</exception>
    public void Push(ReadOnlySpan<byte> bytes, List<OutputLine> lines)
    {
        while (!bytes.IsEmpty)
        {
            if (_headerFilled < HeaderLength)
            {
                var taken = Math.Min(HeaderLength - _headerFilled, bytes.Length);
                bytes[..taken].CopyTo(_header.AsSpan(_headerFilled));
                _headerFilled += taken;
                bytes = bytes[taken..];
                if (_headerFilled == HeaderLength)
                {
                    BeginMessage();
                }
            }
            else
            {
                var part = bytes[..(int)Math.Min(_left, (uint)bytes.Length)];
                _left -= (uint)part.Length;
                bytes = bytes[part.Length..];
                if (!_timestamp.IsComplete)
                {
                    part = part[_timestamp.Take(part)..];
                    if (_timestamp.IsComplete)
                    {
                        _latest = Math.Max(_latest, _timestamp.Nanoseconds);
                    }
                }

                _current!.Append(part, _latest, lines);
            }

            if (_headerFilled == HeaderLength && _left == 0)
            {
                _headerFilled = 0;
            }
        }
    }

    /// <summary>The output ended: adds the lines that lack a newline.</summary>
    public void Complete(List<OutputLine> lines)
    {
        // The one that was written to earlier comes first.
        var (first, second) = _standard.LastWritten <= _error.LastWritten ? (_standard, _error) : (_error, _standard);
        first.Complete(_latest, lines);
        second.Complete(_latest, lines);
    }

    private void BeginMessage()
    {
        _current = _header[0] switch
        {
            1 => _standard,
            2 => _error,
            _ => throw new InvalidDataException($"a message of stream {_header[0]} in a container's output"),
        };
        _left = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(4));
        _timestamp.Reset();
    }
}
