using Orca.Training.Files;

namespace Orca.Training.Datasets.Intents;

/// <summary>A CSV file to be read: a file of this host, an upload, or anything else that is a stream.</summary>
/// <param name="Name">What errors call it.</param>
/// <param name="Open">Opens it for reading; called once, disposed by the reader.</param>
public sealed record CsvSource(string Name, Func<CancellationToken, ValueTask<Stream>> Open)
{
    /// <summary>
    /// Whether the first row names the columns: true, whatever its words are; false, it is a row, and so are all others. Default null: usual names, such as
    /// <c>text,intent</c>, make a header, a first row that only looks like one is refused, and so is a header further down.
    /// </summary>
    public bool? HasHeader { get; init; }

    /// <summary>A file of this host; that it is there shows when it is read.</summary>
    /// <param name="path">Its path. Errors call it by its last part.</param>
    public static CsvSource FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new CsvSource(Path.GetFileName(path), _ => ValueTask.FromResult<Stream>(HashedCopy.OpenToRead(path)));
    }
}
