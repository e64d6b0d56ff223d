using Orca.Training.Files;

namespace Orca.Training.Datasets.Intents;

/// <summary>A CSV file to be read: a file of this host, an upload, or anything else that is a stream.</summary>
/// <param name="Name">What errors call it.</param>
/// <param name="Open">Opens it for reading; called once, disposed by the reader.</param>
public sealed record CsvSource(string Name, Func<CancellationToken, ValueTask<Stream>> Open)
{
    /// <summary>A file of this host; that it is there shows when it is read.</summary>
    /// <param name="path">Its path. Errors call it by its last part.</param>
    public static CsvSource FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new CsvSource(Path.GetFileName(path), _ => ValueTask.FromResult<Stream>(HashedCopy.OpenToRead(path)));
    }
}
