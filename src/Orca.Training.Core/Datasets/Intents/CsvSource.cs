using Orca.Training.Files;

namespace Orca.Training.Datasets.Intents;

/// <summary>A CSV file to read: a file of this host, an upload, or any other stream.</summary>
/// <param name="Name">Its name in errors.</param>
/// <param name="Open">Opens it for reading. It is called once, and the reader disposes the stream.</param>
public sealed record CsvSource(string Name, Func<CancellationToken, ValueTask<Stream>> Open)
{
    /// <summary>
    /// Whether the first row is a header. True: it is, whatever its text. False: every row is data. Default null: a first row with usual
    /// names, such as <c>text,intent</c>, is a header; a first row that only looks like a header is refused, and so is a header in a later
    /// row.
    /// </summary>
    public bool? HasHeader { get; init; }

    /// <summary>Creates a source from a file of this host. The file is opened when it is read.</summary>
    /// <param name="path">Its path. Errors contain the last part only.</param>
    public static CsvSource FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new CsvSource(Path.GetFileName(path), _ => ValueTask.FromResult<Stream>(HashedCopy.OpenToRead(path)));
    }
}
