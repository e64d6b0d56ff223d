using Microsoft.Win32.SafeHandles;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Logs.Folders;

/// <summary>
/// Reads a log's files while somebody may be writing them. Everything is looked up anew on each call, by halving, so that a reader
/// holds no file open and nothing goes stale while it waits.
/// </summary>
internal sealed class LogReader(string folder, int rank)
{
    /// <summary>Why lines are missing between two files.</summary>
    public const string Dropped = "the log has reached its maximum size; its beginning and its end are kept";

    // What a page holds, in bytes of the file: large enough that looking it up does not show.
    private const int PageLength = 256 * 1024;

    // Room for entries is made by this guess, in bytes of the file.
    private const int UsualLine = 128;

    // Below this it is cheaper to read on than to look.
    private const int NearEnough = 32 * 1024;

    // How much is looked at at once from the end backwards.
    private const int LineBlock = 64 * 1024;

    /// <summary>The next entries after a position; none if there are no more.</summary>
    public IReadOnlyList<LogEntry> Read(OutputPosition after)
    {
        var page = new List<LogEntry>();
        var segments = LogSegment.List(folder, rank);
        for (var i = FindSegment(segments, after); i < segments.Count && page.Count == 0; i++)
        {
            if (i > 0 && GapBetween(segments[i - 1], segments[i]) is { } gap && gap.Position > after)
            {
                page.Add(gap);
            }

            ReadPage(segments[i], after, page);
        }

        return page;
    }

    /// <summary>Whether there is an entry after a position.</summary>
    public bool HasAfter(OutputPosition after) => Read(after).Count > 0;

    /// <summary>The place after which the last entries lie.</summary>
    public OutputPosition FindLast(long count, OutputStream? stream, CancellationToken cancellationToken)
    {
        var segments = LogSegment.List(folder, rank);
        for (var i = segments.Count - 1; i >= 0; i--)
        {
            using var file = segments[i].Open();
            for (var end = RandomAccess.GetLength(file); end > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var start = BlockBefore(file, end);
                if (FindLast(file, start, end, ref count, stream) is { } place)
                {
                    return place;
                }

                end = start;
            }

            if (i > 0 && GapBetween(segments[i - 1], segments[i]) is { } gap && --count <= 0)
            {
                return Before(gap.Position);
            }
        }

        return default;
    }

    /// <summary>Tells two states of a log apart, at little cost.</summary>
    public (int Segments, long Length) Look()
    {
        var segments = LogSegment.List(folder, rank);
        return segments.Count == 0 ? default : (segments[^1].Number, new FileInfo(segments[^1].Path) is { Exists: true } file ? file.Length : 0);
    }

    /// <summary>The last file whose first entry is not after a position; the first one if there is none.</summary>
    private static int FindSegment(List<LogSegment> segments, OutputPosition after)
    {
        var (low, high) = (0, segments.Count - 1);
        while (low < high)
        {
            // An empty file is the last, just made.
            var middle = (low + high + 1) / 2;
            if (segments[middle].ReadFirst() is { } first && first <= after)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    private static void ReadPage(LogSegment segment, OutputPosition after, List<LogEntry> page)
    {
        using var file = segment.Open();
        var end = RandomAccess.GetLength(file);
        using var lines = new LineScan(file, FindOffset(file, after, end), end);
        var isFirst = true;
        var full = long.MaxValue;
        while (lines.Offset < full && lines.TryNext(out var line))
        {
            if (!LogRecord.TryReadHeader(line, out var header))
            {
                // What a crash has left at the end; whoever appends next cuts it off.
                return;
            }

            if (header.Position > after && LogRecord.TryRead(line, out var entry))
            {
                if (isFirst)
                {
                    full = lines.Offset + PageLength;
                    isFirst = false;
                    page.EnsureCapacity(page.Count + (int)(Math.Min(PageLength, end - lines.Offset) / UsualLine) + 1);
                }

                page.Add(entry);
            }
        }
    }

    /// <summary>A place where a line begins, before and near the first entry after a position.</summary>
    private static long FindOffset(SafeFileHandle file, OutputPosition after, long end)
    {
        var (low, high) = (0L, end);
        while (after != default && high - low > NearEnough)
        {
            var middle = (low + high) / 2;
            var start = LineScan.FindStart(file, middle, high);
            if (start < high && PositionAt(file, start, end) is { } position && position <= after)
            {
                low = start;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private static OutputPosition? PositionAt(SafeFileHandle file, long start, long end)
    {
        Span<byte> head = stackalloc byte[96];
        var read = RandomAccess.Read(file, head[..(int)Math.Min(head.Length, end - start)], start);
        return LogRecord.TryReadHeader(head[..read], out var header) ? header.Position : null;
    }

    /// <summary>Where a block of whole lines begins that ends at a place.</summary>
    private static long BlockBefore(SafeFileHandle file, long end)
    {
        for (var start = end - LineBlock; start > 0; start -= LineBlock)
        {
            var found = LineScan.FindStart(file, start, end);
            if (found < end)
            {
                return found;
            }
        }

        return 0;
    }

    private static OutputPosition? FindLast(SafeFileHandle file, long start, long end, ref long count, OutputStream? stream)
    {
        var (counted, last) = (0L, default(OutputPosition?));
        using (var lines = new LineScan(file, start, end))
        {
            while (lines.TryNext(out var line) && LogRecord.TryReadHeader(line, out var header))
            {
                counted += header.Counts(stream) ? 1 : 0;
                last = header.Position;
            }
        }

        if (count <= 0)
        {
            return last;
        }

        if (counted < count)
        {
            count -= counted;
            return null;
        }

        using var again = new LineScan(file, start, end);
        for (var skipped = counted - count; again.TryNext(out var line) && LogRecord.TryReadHeader(line, out var header);)
        {
            if (header.Counts(stream) && skipped-- == 0)
            {
                return Before(header.Position);
            }
        }

        // It was let go of in between; what is left of it begins with its end.
        return last;
    }

    /// <summary>What stands for the files between two that are left; null if they are neighbours.</summary>
    private static LogEntry? GapBetween(LogSegment left, LogSegment right)
    {
        if (right.Number == left.Number + 1 || right.ReadFirst() is not { } next)
        {
            return null;
        }

        return LogEntry.Gap(Before(next), Math.Max(1, right.FirstLine - left.FirstLine - left.CountLines()), Dropped);
    }

    /// <summary>The place right before an entry: no other entry lies between.</summary>
    private static OutputPosition Before(OutputPosition position) => position with { Lines = position.Lines - 1 };
}
