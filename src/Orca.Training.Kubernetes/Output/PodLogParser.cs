using System.Runtime.InteropServices;
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

    /// <summary>
    /// Nodes keep a long line in parts of this many bytes, each with a timestamp, and older ones send those within the line. A training
    /// that writes a timestamp of this form at exactly such a place would lose it; what came before is text in every case.
    /// </summary>
    internal const int PartLength = 16 * 1024;

    // "2026-11-24T23:31:01.123456789+01:00 ": the nodes' form always has nine decimals.
    private const int LongestTimestamp = 36;

    private readonly LineAssembler _line = new(OutputStream.Standard, longestLine);
    private readonly TimestampReader _timestamp = new();
    private readonly List<byte> _held = [];
    private Place _place = Place.Timestamp;
    private int _partLeft;

    // Nodes write down lines of one time in order; positions need an order that holds even when a node's clock is set back.
    private long _latest;

    private enum Place
    {
        /// <summary>At the beginning of a line.</summary>
        Timestamp,

        /// <summary>In the text of a line.</summary>
        Text,

        /// <summary>Where the next part of a long line may begin with another timestamp.</summary>
        PartBegin,

        /// <summary>In a line that is not the training's.</summary>
        Foreign,
    }

    /// <summary>Takes the next bytes, and adds the lines that they complete.</summary>
    public void Push(ReadOnlySpan<byte> bytes, List<OutputLine> lines)
    {
        while (!bytes.IsEmpty)
        {
            var taken = _place switch
            {
                Place.Timestamp => TakeTimestamp(bytes),
                Place.PartBegin => TakePartBegin(bytes, lines),
                Place.Foreign => TakeForeign(bytes),
                _ => TakeText(bytes, lines),
            };
            bytes = bytes[taken..];
        }
    }

    /// <summary>The output ended: adds a line that lacks a newline.</summary>
    public void Complete(List<OutputLine> lines)
    {
        Release(lines);
        _line.Complete(_latest, lines);
    }

    private int TakeTimestamp(ReadOnlySpan<byte> bytes)
    {
        // A line that ends before its timestamp does has none.
        var newline = bytes.IndexOf((byte)'\n');
        var space = bytes.IndexOf((byte)' ');
        if (newline >= 0 && (space < 0 || newline < space))
        {
            _timestamp.Reset();
            return newline + 1;
        }

        try
        {
            var taken = _timestamp.Take(bytes);
            if (_timestamp.IsComplete)
            {
                BeginText(_timestamp.Nanoseconds);
            }

            return taken;
        }
        catch (InvalidDataException)
        {
            _place = Place.Foreign;
            return 0;
        }
    }

    private int TakeForeign(ReadOnlySpan<byte> bytes)
    {
        var newline = bytes.IndexOf((byte)'\n');
        if (newline < 0)
        {
            return bytes.Length;
        }

        BeginLine();
        return newline + 1;
    }

    private int TakeText(ReadOnlySpan<byte> bytes, List<OutputLine> lines)
    {
        var part = bytes[..Math.Min(bytes.Length, _partLeft)];
        var newline = part.IndexOf((byte)'\n');
        if (newline >= 0)
        {
            _line.Append(part[..(newline + 1)], _latest, lines);
            BeginLine();
            return newline + 1;
        }

        _line.Append(part, _latest, lines);
        _partLeft -= part.Length;
        _place = _partLeft == 0 ? Place.PartBegin : Place.Text;
        return part.Length;
    }

    /// <summary>Holds back what may be a timestamp until it is one or cannot be.</summary>
    private int TakePartBegin(ReadOnlySpan<byte> bytes, List<OutputLine> lines)
    {
        var next = bytes[0];
        if (next == (byte)'\n' || _held.Count == LongestTimestamp)
        {
            Release(lines);
            return 0;
        }

        _held.Add(next);
        if (next != (byte)' ')
        {
            return 1;
        }

        var reader = new TimestampReader();
        try
        {
            reader.Take(CollectionsMarshal.AsSpan(_held));
            _held.Clear();
            BeginText(reader.Nanoseconds);
        }
        catch (InvalidDataException)
        {
            Release(lines);
        }

        return 1;
    }

    /// <summary>What was held is text after all.</summary>
    private void Release(List<OutputLine> lines)
    {
        if (_place == Place.PartBegin)
        {
            _line.Append(CollectionsMarshal.AsSpan(_held), _latest, lines);
            _partLeft = PartLength - _held.Count;
            _held.Clear();
            _place = Place.Text;
        }
    }

    private void BeginText(long timestamp)
    {
        _latest = Math.Max(_latest, timestamp);
        _partLeft = PartLength;
        _place = Place.Text;
    }

    private void BeginLine()
    {
        _timestamp.Reset();
        _place = Place.Timestamp;
    }
}
