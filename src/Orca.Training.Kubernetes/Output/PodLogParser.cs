using Orca.Training.Machines;

namespace Orca.Training.Kubernetes.Output;

/// <summary>
/// Takes a pod's log as the cluster sends it, in pieces of any size, and gives its lines: each begins with a timestamp and a space.
/// The cluster mixes the two outputs and does not say which wrote a line. What has no timestamp is not the training's: a node that
/// lost the log says so in a line of its own. Knows nothing of connections.
/// </summary>
/// <param name="longestLine">Bytes of text in a line; what is longer comes in parts.</param>
internal sealed class PodLogParser(int longestLine = PodLogParser.LongestLine)
{
    public const int LongestLine = 64 * 1024;

    private readonly LineAssembler _line = new(OutputStream.Standard, longestLine);
    private readonly TimestampReader _timestamp = new();
    private bool _isForeign;

    // Nodes write down lines of one time in order; positions need an order that holds even when a node's clock is set back.
    private long _latest;

    /// <summary>Takes the next bytes, and adds the lines that they complete.</summary>
    public void Push(ReadOnlySpan<byte> bytes, List<OutputLine> lines)
    {
        while (!bytes.IsEmpty)
        {
            if (!_timestamp.IsComplete && !_isForeign)
            {
                bytes = bytes[TakeTimestamp(bytes)..];
                continue;
            }

            var newline = bytes.IndexOf((byte)'\n');
            var part = newline < 0 ? bytes : bytes[..(newline + 1)];
            bytes = bytes[part.Length..];
            if (!_isForeign)
            {
                _line.Append(part, _latest, lines);
            }

            if (newline >= 0)
            {
                BeginLine();
            }
        }
    }

    /// <summary>The output ended: adds a line that lacks a newline.</summary>
    public void Complete(List<OutputLine> lines) => _line.Complete(_latest, lines);

    private int TakeTimestamp(ReadOnlySpan<byte> bytes)
    {
        // A line that ends before its timestamp does has none.
        var newline = bytes.IndexOf((byte)'\n');
        var space = bytes.IndexOf((byte)' ');
        if (newline >= 0 && (space < 0 || newline < space))
        {
            BeginLine();
            return newline + 1;
        }

        try
        {
            var taken = _timestamp.Take(bytes);
            _latest = _timestamp.IsComplete ? Math.Max(_latest, _timestamp.Nanoseconds) : _latest;
            return taken;
        }
        catch (InvalidDataException)
        {
            _isForeign = true;
            return 0;
        }
    }

    private void BeginLine()
    {
        _timestamp.Reset();
        _isForeign = false;
    }
}
