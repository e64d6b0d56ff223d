using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Orca.Training.Jobs;

namespace Orca.Training.Logs.Folders;

/// <summary>
/// A log lies in files of a limited size, so that its middle can be let go of while its beginning and end stay:
/// <c>&lt;rank&gt;-&lt;number&gt;-&lt;first line&gt;.log</c>. The number of the first line (both count from 1) tells how many lines
/// are missing before a file whose predecessor is gone.
/// </summary>
internal readonly record struct LogSegment(string Path, int Number, long FirstLine)
{
    public const string Extension = ".log";

    public static string PathOf(string folder, int rank, int number, long firstLine) =>
        System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{rank}-{number:00000}-{firstLine}{Extension}"));

    /// <summary>A log's files in their order; none if there is no log. What is named otherwise is not ours.</summary>
    public static List<LogSegment> List(string folder, int rank)
    {
        var found = new List<LogSegment>();
        if (!Directory.Exists(folder))
        {
            return found;
        }

        try
        {
            foreach (var path in Directory.EnumerateFiles(folder, string.Create(CultureInfo.InvariantCulture, $"{rank}-*{Extension}")))
            {
                var parts = System.IO.Path.GetFileNameWithoutExtension(path).Split('-');
                if (parts.Length == 3
                    && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var firstLine))
                {
                    found.Add(new LogSegment(path, number, firstLine));
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Deleted a moment ago.
            found.Clear();
        }

        found.Sort((a, b) => a.Number.CompareTo(b.Number));
        return found;
    }

    /// <summary>Opens it for reading, in nobody's way.</summary>
    public SafeFileHandle Open() => File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>The position of its first entry; null if it has none yet.</summary>
    public OutputPosition? ReadFirst()
    {
        using var file = Open();
        using var lines = new LineScan(file, 0, RandomAccess.GetLength(file));
        return lines.TryNext(out var line) && LogRecord.TryReadHeader(line, out var header) ? header.Position : null;
    }

    /// <summary>How many entries it holds.</summary>
    public long CountLines()
    {
        using var file = Open();
        using var lines = new LineScan(file, 0, RandomAccess.GetLength(file));
        var count = 0L;
        while (lines.TryNext(out _))
        {
            count++;
        }

        return count;
    }
}
