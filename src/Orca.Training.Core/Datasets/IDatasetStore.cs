namespace Orca.Training.Datasets;

/// <summary>Keeps datasets as immutable snapshots addressed by the hash of their content. Thread-safe.</summary>
public interface IDatasetStore
{
    /// <summary>
    /// Whether each host of the installation finds here what any of them put here. A host that could share its job store with others, but
    /// not this, says so when it starts.
    /// </summary>
    bool IsShared { get; }

    /// <summary>Adds a version. The same content gives the same version, and adding it again changes nothing but which one is newest.</summary>
    /// <param name="datasetId">The dataset; made if there is none. Letters, digits, '.', '_' and '-', at most 128.</param>
    /// <param name="files">Its files. All or nothing: if one cannot be read, nothing is stored.</param>
    /// <param name="cancellationToken">Gives up; nothing is stored then.</param>
    /// <exception cref="DatasetException">A name or a file is not what it should be; the message says which and why.</exception>
    Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken);

    /// <summary>Finds a version.</summary>
    /// <param name="datasetId">The dataset.</param>
    /// <param name="version">The version's hash; empty for the newest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The version, or null if there is no such dataset or version.</returns>
    Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken);

    /// <summary>Verifies a snapshot against its hash and says where a training can read it.</summary>
    /// <exception cref="DatasetException">There is no such snapshot, or its content is no longer what its hash says.</exception>
    Task<Uri> OpenAsync(DatasetVersion version, CancellationToken cancellationToken);
}

/// <summary>A version of a dataset.</summary>
/// <param name="DatasetId">The dataset.</param>
/// <param name="Hash">The SHA-256 over its files' names and contents, lower-case hex.</param>
public sealed record DatasetVersion(string DatasetId, string Hash);

/// <summary>A file of a dataset to be added.</summary>
/// <param name="Name">Its relative path within the snapshot, with forward slashes.</param>
/// <param name="Open">Opens its content for reading; called once, disposed by the store.</param>
public sealed record DatasetFile(string Name, Func<CancellationToken, ValueTask<Stream>> Open);

/// <summary>A dataset, or a file of it, is not what it should be.</summary>
public sealed class DatasetException : Exception
{
    /// <summary>Says what is wrong and what would be right.</summary>
    /// <param name="message">The sentence; it names file and line where there are any.</param>
    /// <param name="file">The file's name.</param>
    /// <param name="line">The line, counted from 1.</param>
    /// <param name="inner">What caused it.</param>
    public DatasetException(string message, string? file = null, long? line = null, Exception? inner = null)
        : base(message, inner)
    {
        File = file;
        Line = line;
    }

    /// <summary>The file that is wrong, where it is one.</summary>
    public string? File { get; }

    /// <summary>The line that is wrong, counted from 1, where it is one.</summary>
    public long? Line { get; }
}
