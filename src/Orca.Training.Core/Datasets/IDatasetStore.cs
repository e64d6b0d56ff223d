namespace Orca.Training.Datasets;

/// <summary>Stores datasets as immutable snapshots, addressed by the hash of their content. Thread-safe.</summary>
public interface IDatasetStore
{
    /// <summary>
    /// Whether all hosts of the installation see the same content. A host warns at start if its job store is shared but this store is not.
    /// </summary>
    bool IsShared { get; }

    /// <summary>
    /// Whether snapshots are folders of this host, which a machine mounts or copies. Otherwise they are network addresses, which containers
    /// access with credentials from an <see cref="Access.IPlaceAccess"/>.
    /// </summary>
    bool IsOnHost { get; }

    /// <summary>Adds a version. The same content gives the same version; adding it again only makes it the newest one.</summary>
    /// <param name="datasetId">The dataset; created if it does not exist. At most 128 letters, digits, '.', '_' and '-'.</param>
    /// <param name="files">The files, opened one after the other in this order. If one cannot be read, nothing is stored.</param>
    /// <param name="cancellationToken">Cancels the call; nothing is stored.</param>
    /// <exception cref="DatasetException">A name or a file is invalid; the message says which and why.</exception>
    Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken);

    /// <summary>Finds a version.</summary>
    /// <param name="datasetId">The dataset.</param>
    /// <param name="version">The hash or a tag of the version; empty for the newest.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The version, or null if there is no such dataset or version.</returns>
    Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken);

    /// <summary>Verifies a snapshot against its hash, and returns where a training can read it.</summary>
    /// <exception cref="DatasetException">There is no such snapshot, or its content no longer matches its hash.</exception>
    Task<Uri> OpenAsync(DatasetVersion version, CancellationToken cancellationToken);

    /// <summary>Lists the ids of all datasets that have a version, in ordinal order.</summary>
    /// <exception cref="IOException">They cannot be read now.</exception>
    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Lists the versions of a dataset, newest first; none if there is no such dataset.</summary>
    /// <exception cref="IOException">They cannot be read now.</exception>
    Task<IReadOnlyList<DatasetDescription>> ListVersionsAsync(string datasetId, CancellationToken cancellationToken);

    /// <summary>Lists the files of a version, in ordinal order of their names.</summary>
    /// <exception cref="DatasetException">There is no such version.</exception>
    /// <exception cref="IOException">They cannot be read now.</exception>
    Task<IReadOnlyList<SnapshotFile>> ListFilesAsync(DatasetVersion version, CancellationToken cancellationToken);

    /// <summary>Opens a file of a version for reading, from its start.</summary>
    /// <exception cref="DatasetException">There is no such version or file.</exception>
    /// <exception cref="IOException">It cannot be read now.</exception>
    Task<Stream> OpenFileAsync(DatasetVersion version, string file, CancellationToken cancellationToken);

    /// <summary>Gives a version a tag, such as <c>reviewed</c>. Another version of the dataset with this tag loses it.</summary>
    /// <param name="version">The version.</param>
    /// <param name="tag">At most 128 letters, digits, '.', '_' and '-'; not the hash of a version.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="DatasetException">There is no such version, or the tag is invalid.</exception>
    Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken);

    /// <summary>Removes a tag from the version that has it. If there is none, nothing happens.</summary>
    Task RemoveTagAsync(string datasetId, string tag, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes a version and its tags permanently. A training that is reading it fails, or continues with what it has read.
    /// </summary>
    /// <returns>Whether it existed. The call can be repeated after an error.</returns>
    Task<bool> DeleteAsync(DatasetVersion version, CancellationToken cancellationToken);
}

/// <summary>A version of a dataset.</summary>
/// <param name="DatasetId">The dataset.</param>
/// <param name="Hash">The SHA-256 of the names and contents of its files, in lower-case hex.</param>
public sealed record DatasetVersion(string DatasetId, string Hash);

/// <summary>A version of a dataset, as lists show it.</summary>
/// <param name="Version">The version.</param>
/// <param name="AddedAt">When it was last added.</param>
/// <param name="Size">The total size of its files, in bytes.</param>
/// <param name="Files">The number of files.</param>
/// <param name="Tags">Its tags, in ordinal order.</param>
public sealed record DatasetDescription(DatasetVersion Version, DateTimeOffset AddedAt, long Size, int Files, IReadOnlyList<string> Tags);

/// <summary>A file of a version.</summary>
/// <param name="Name">Its relative path within the snapshot, with forward slashes.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="Sha256">The SHA-256 of its content, in lower-case hex.</param>
public sealed record SnapshotFile(string Name, long Size, string Sha256);

/// <summary>A file of a dataset that is added.</summary>
/// <param name="Name">Its relative path within the snapshot, with forward slashes.</param>
/// <param name="Open">Opens the content. It is called once; the store disposes the stream.</param>
public sealed record DatasetFile(string Name, Func<CancellationToken, ValueTask<Stream>> Open);

/// <summary>Thrown if a dataset or one of its files is invalid or does not exist.</summary>
public sealed class DatasetException : Exception
{
    /// <summary>Creates the exception. The message says what is wrong and what would be right.</summary>
    /// <param name="message">The message; it names the file and the line, if there are any.</param>
    /// <param name="file">The file's name.</param>
    /// <param name="line">The line, counted from 1.</param>
    /// <param name="inner">What caused it.</param>
    public DatasetException(string message, string? file = null, long? line = null, Exception? inner = null)
        : base(message, inner)
    {
        File = file;
        Line = line;
    }

    /// <summary>The file with the error, if there is one.</summary>
    public string? File { get; }

    /// <summary>The line with the error, counted from 1, if there is one.</summary>
    public long? Line { get; }
}
