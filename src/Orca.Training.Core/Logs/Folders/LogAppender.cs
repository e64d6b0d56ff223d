using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Orca.Training.Files;
using Orca.Training.Jobs;
using static System.FormattableString;

namespace Orca.Training.Logs.Folders;

/// <summary>
/// Writes one log. Where it ends is read from the disk at first, and again whenever something failed or somebody else wrote: the files'
/// content alone says what is there. Not thread-safe: its owner lets one call in at a time.
/// </summary>
internal sealed class LogAppender(string folder, int rank, FolderLogSizes sizes, string root, bool othersCanRead)
{
    private const int BufferLength = 256 * 1024;

    private End? _end;

    /// <summary>The position of the last whole entry.</summary>
    public OutputPosition ReadEnd()
    {
        _end = Known() ?? Find();
        return _end.Value.Position;
    }

    /// <summary>Adds the entries after the end, and says where it is then.</summary>
    public OutputPosition Append(IReadOnlyList<LogEntry> entries)
    {
        var end = Known() ?? Find();
        // Until all is written, nothing is known.
        _end = null;
        var writing = new Writing(folder, rank, sizes, end, () => MakeFolder(root, folder, othersCanRead));
        try
        {
            for (var i = 0; i < entries.Count; i++)
            {
                var entry = entries[i];
                if (entry.Position > writing.End.Position)
                {
                    writing.Add(entry);
                }
            }

            writing.Flush();
            _end = writing.End;
            return writing.End.Position;
        }
        finally
        {
            writing.Dispose();
        }
    }

    /// <summary>Where the log ended when it was last looked at; null if it may have changed since.</summary>
    private End? Known() =>
        _end is { } end
        && new FileInfo(LogSegment.PathOf(folder, rank, end.Number, end.FirstLine)) is var last
        && (last.Exists ? last.Length : 0) == end.Length
        && !File.Exists(LogSegment.PathOf(folder, rank, end.Number + 1, end.Lines + 1))
            ? end
            : null;

    /// <summary>
    /// Where the log ends on the disk. All of its last file is looked at: each line must be a record, and each position greater than
    /// the one before, or what begins there was left by a crash in the midst of a write.
    /// </summary>
    private End Find()
    {
        var segments = LogSegment.List(folder, rank);
        for (var i = segments.Count - 1; i >= 0; i--)
        {
            var (length, lines, position) = Scan(segments[i]);
            if (lines > 0 || i == 0)
            {
                return new End(segments[i].Number, segments[i].FirstLine, length, segments[i].FirstLine + lines - 1, position);
            }

            // A crash came between making it and writing to it.
            File.Delete(segments[i].Path);
        }

        return new End(Number: 1, FirstLine: 1, Length: 0, Lines: 0, default);
    }

    private static (long Length, long Lines, OutputPosition Last) Scan(LogSegment segment)
    {
        using var file = segment.Open();
        using var lines = new LineScan(file, 0, RandomAccess.GetLength(file));
        var (length, count, last) = (0L, 0L, default(OutputPosition));
        while (lines.TryNext(out var line) && LogRecord.TryReadHeader(line, out var header) && header.Position > last)
        {
            (length, count, last) = (lines.Offset, count + 1, header.Position);
        }

        return (length, count, last);
    }

    /// <summary>Where a log ends: its last file, that file's first line and length, the number of lines in all, the last position.</summary>
    private readonly record struct End(int Number, long FirstLine, long Length, long Lines, OutputPosition Position);

    // What trainings print is nobody else's to read, unless that is said.
    private static void MakeFolder(string root, string folder, bool othersCanRead)
    {
        PrivateFolder.Make(root, othersCanRead);
        PrivateFolder.Make(folder, othersCanRead);
    }

    /// <summary>One append: records gather in a buffer, and go to the file when it is full.</summary>
    private sealed class Writing(string folder, int rank, FolderLogSizes sizes, End end, Action makeFolder) : IDisposable
    {
        private readonly SecondText _second = new();
        private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        private SafeFileHandle? _file;
        private int _filled;

        public End End { get; private set; } = end;

        public void Add(in LogEntry entry)
        {
            if (entry.Text.Length > LogEntry.MaxTextLength)
            {
                throw new ArgumentException(Invariant($"A log entry's text has {entry.Text.Length} characters: give at most {LogEntry.MaxTextLength}."), nameof(entry));
            }

            MakeRoom(LogRecord.MaxLengthOf(entry));
            var length = LogRecord.Write(entry, _buffer.AsSpan(_filled), _second);
            if (End.Length > 0 && End.Length + length > sizes.SegmentLength)
            {
                var at = _filled;
                Flush();
                Roll();
                _buffer.AsSpan(at, length).CopyTo(_buffer);
            }

            _filled += length;
            End = End with { Length = End.Length + length, Lines = End.Lines + 1, Position = entry.Position };
        }

        public void Flush()
        {
            if (_filled == 0)
            {
                return;
            }

            _file ??= Open();
            RandomAccess.Write(_file, _buffer.AsSpan(0, _filled), End.Length - _filled);
            _filled = 0;
        }

        public void Dispose()
        {
            _file?.Dispose();
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        private void MakeRoom(int length)
        {
            if (_buffer.Length - _filled >= length)
            {
                return;
            }

            Flush();
            if (_buffer.Length < length)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = ArrayPool<byte>.Shared.Rent(length);
            }
        }

        /// <summary>Opens the last file, and cuts off what does not belong there.</summary>
        private SafeFileHandle Open()
        {
            var file = OpenOrCreate(LogSegment.PathOf(folder, rank, End.Number, End.FirstLine));
            try
            {
                var start = End.Length - _filled;
                if (RandomAccess.GetLength(file) != start)
                {
                    RandomAccess.SetLength(file, start);
                }

                return file;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }

        private SafeFileHandle OpenOrCreate(string path)
        {
            try
            {
                return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            }
            catch (DirectoryNotFoundException)
            {
                makeFolder();
                return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            }
        }

        /// <summary>Begins the next file, and lets go of the oldest that is not of the log's beginning.</summary>
        private void Roll()
        {
            _file?.Dispose();
            _file = null;
            End = End with { Number = End.Number + 1, FirstLine = End.Lines + 1, Length = 0 };
            foreach (var segment in LogSegment.List(folder, rank))
            {
                if (segment.Number > FolderLogSizes.FirstSegments && segment.Number <= End.Number - FolderLogSizes.LastSegments)
                {
                    File.Delete(segment.Path);
                }
            }
        }
    }
}

/// <summary>How a log's size is shared out between its files.</summary>
internal sealed class FolderLogSizes(long maxBytes)
{
    /// <summary>Files of the beginning: settings, versions and warnings are there.</summary>
    public const int FirstSegments = 4;

    /// <summary>Files of the end, which show how a training went.</summary>
    public const int LastSegments = 12;

    /// <summary>The length of a file, unless a single entry is longer.</summary>
    public long SegmentLength { get; } = maxBytes / (FirstSegments + LastSegments);
}
