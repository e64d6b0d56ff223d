namespace Orca.Training.Datasets;

/// <summary>Keeps datasets as immutable snapshots addressed by the hash of their content. Thread-safe.</summary>
public interface IDatasetStore
{
    /// <summary>
    /// Whether each host of the installation finds here what any of them put here. A host that could share its job store with others, but
    /// not this, says so when it starts.
    /// </summary>
    bool IsShared { get; }

    /// <summary>
    /// Whether its snapshots are folders of this host, which a machine has to mount or to copy. Otherwise they are addresses that the
    /// containers reach over a network, by what an <see cref="Access.IPlaceAccess"/> grants them.
    /// </summary>
    bool IsOnHost { get; }

    /// <summary>Adds a version. The same content gives the same version, and adding it again changes nothing but which one is newest.</summary>
    /// <param name="datasetId">The dataset; made if there is none. Letters, digits, '.', '_' and '-', at most 128.</param>
    /// <param name="files">Its files, opened one after the other in this order. All or nothing: if one cannot be read, nothing is stored.</param>
    /// <param name="cancellationToken">Gives up; nothing is stored then.</param>
    /// <exception cref="DatasetException">A name or a file is not what it should be; the message says which and why.</exception>
    Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken);

    /// <summary>Finds a version.</summary>
    /// <param name="datasetId">The dataset.</param>
    /// <param name="version">The version's hash, or a tag that it has; empty for the newest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The version, or null if there is no such dataset or version.</returns>
    Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken);

    /// <summary>Verifies a snapshot against its hash and says where a training can read it.</summary>
    /// <exception cref="DatasetException">There is no such snapshot, or its content is no longer what its hash says.</exception>
    Task<Uri> OpenAsync(DatasetVersion version, CancellationToken cancellationToken);

    /// <summary>The ids of all datasets that have a version, in ordinal order.</summary>
    /// <exception cref="IOException">They cannot be read now.</exception>
    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The versions of a dataset, the one that was added last first; none if there is no such dataset.</summary>
    /// <exception cref="IOException">They cannot be read now.</exception>
    Task<IReadOnlyList<DatasetDescription>> ListVersionsAsync(string datasetId, CancellationToken cancellationToken);

    /// <summary>The files of a version, in ordinal order of their names.</summary>
    /// <exception cref="DatasetException">There is no such version.</exception>
    /// <exception cref="IOException">They cannot be read now.</exception>
    Task<IReadOnlyList<SnapshotFile>> ListFilesAsync(DatasetVersion version, CancellationToken cancellationToken);

    /// <summary>Opens a file of a version for reading, from its start.</summary>
    /// <exception cref="DatasetException">There is no such version or file.</exception>
    /// <exception cref="IOException">It cannot be read now.</exception>
    Task<Stream> OpenFileAsync(DatasetVersion version, string file, CancellationToken cancellationToken);

    /// <summary>Gives a version a name within its dataset, such as <c>reviewed</c>; another version that has the name loses it.</summary>
    /// <param name="version">The version.</param>
    /// <param name="tag">Letters, digits, '.', '_' and '-', at most 128, and no hash of a version.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DatasetException">There is no such version, or the tag is no possible one.</exception>
    Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken);

    /// <summary>Takes a name from whichever version has it. None is no error.</summary>
    Task RemoveTagAsync(string datasetId, string tag, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes a version, with its tags, for good; the newest of those that are left is the newest then. A training that reads it fails, or
    /// goes on with what it has read.
    /// </summary>
    /// <returns>Whether there was one. Repeating it deletes what an earlier try left.</returns>
    Task<bool> DeleteAsync(DatasetVersion version, CancellationToken cancellationToken);
}

/// <summary>A version of a dataset.</summary>
/// <param name="DatasetId">The dataset.</param>
/// <param name="Hash">The SHA-256 over its files' names and contents, lower-case hex.</param>
public sealed record DatasetVersion(string DatasetId, string Hash);

/// <summary>A version of a dataset, as lists show it.</summary>
/// <param name="Version">The version.</param>
/// <param name="AddedAt">When it was last added.</param>
/// <param name="Size">Bytes of all its files.</param>
/// <param name="Files">How many files it has.</param>
/// <param name="Tags">Its names, in ordinal order.</param>
public sealed record DatasetDescription(DatasetVersion Version, DateTimeOffset AddedAt, long Size, int Files, IReadOnlyList<string> Tags);

/// <summary>A file of a version.</summary>
/// <param name="Name">Its relative path within the snapshot, with forward slashes.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">The SHA-256 of its content, lower-case hex.</param>
public sealed record SnapshotFile(string Name, long Size, string Sha256);

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
