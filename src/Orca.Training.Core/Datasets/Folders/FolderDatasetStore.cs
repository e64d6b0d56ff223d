using System.Collections.Concurrent;
using Orca.Training.Files;

namespace Orca.Training.Datasets.Folders;

/// <summary>
/// Keeps datasets as read-only folders below one folder of this host, which a container sees as a mount. Several processes can
/// share the folder if its file system locks files between them.
/// </summary>
/// <remarks>
/// <c>&lt;root&gt;/&lt;id&gt;/&lt;hash&gt;/files/…</c> is a version, <c>manifest.json</c> beside <c>files</c> says what it consists of, and
/// <c>&lt;root&gt;/&lt;id&gt;/newest</c> names the version that was added last, and each file in <c>tags</c> the version that has its name. The time of
/// <c>&lt;hash&gt;.added</c> is that at which a version was added last. A version appears and goes by one rename.
/// </remarks>
public sealed partial class FolderDatasetStore : IDatasetStore
{
    private const int PublishingTries = 5;

    private readonly string _root;

    // One for each version that was opened, so as many as there are folders on the disk.
    private readonly ConcurrentDictionary<DatasetVersion, Verification> _verifications = new();

    /// <summary>Uses a folder; it is made when the first dataset is added.</summary>
    /// <param name="root">The folder's path; a relative one is taken from the current folder.</param>
    public FolderDatasetStore(string root)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        _root = Path.GetFullPath(root);
    }

    /// <summary>Whether the folder is one that all hosts have, such as a network share. Default: it is not.</summary>
    public bool IsShared { get; init; }

    /// <inheritdoc />
    public bool IsOnHost => true;

    /// <inheritdoc />
    /// <exception cref="IOException">The disk does not take it; nothing is stored then.</exception>
    public async Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(datasetId);
        ArgumentNullException.ThrowIfNull(files);
        DatasetNames.CheckId(datasetId);
        DatasetNames.CheckFiles(files);

        using var place = EnterPlace();
        var prepared = Path.Combine(place.Folder, "snapshot");
        var manifest = await Snapshot.WriteAsync(prepared, files, cancellationToken);
        var version = new DatasetVersion(datasetId, manifest.Hash);
        MakeDatasetFolder(datasetId);
        await PublishAsync(version, prepared, place, cancellationToken);
        SetNewest(version, place);
        return version;
    }

    /// <inheritdoc />
    public async Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken)
    {
        // A name that no dataset can have is no more than unknown; it must only never become a path.
        if (!PlainName.IsValid(datasetId))
        {
            return null;
        }

        var hash = string.IsNullOrEmpty(version) ? await ReadNameAsync(NewestOf(datasetId), cancellationToken)
            : DatasetNames.IsHash(version) || !PlainName.IsValid(version) ? version
            : await ReadNameAsync(TagOf(datasetId, version), cancellationToken);
        if (!DatasetNames.IsHash(hash))
        {
            return null;
        }

        var found = new DatasetVersion(datasetId, hash!);
        return SnapshotOf(found).Exists ? found : null;
    }

    /// <inheritdoc />
    /// <remarks>
    /// The whole snapshot is read and hashed when a process first opens it; from then on a look at its files' sizes, times and
    /// inodes is enough, until one of them differs.
    /// </remarks>
    /// <exception cref="IOException">The disk does not give it.</exception>
    public async Task<Uri> OpenAsync(DatasetVersion version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        var snapshot = Existing(version);
        await VerifyAsync(version, snapshot, cancellationToken);
        return FileUri.Of(snapshot.Files);
    }

    private async Task VerifyAsync(DatasetVersion version, Snapshot snapshot, CancellationToken cancellationToken)
    {
        var verification = _verifications.GetOrAdd(version, _ => new Verification());
        // Many jobs may start on a new version at once: one of them reads it.
        await verification.Gate.WaitAsync(cancellationToken);
        try
        {
            // The look comes first: what changes while the files are read shows at the next one.
            var seen = snapshot.Look(cancellationToken);
            if (verification.Seen is null || !seen.AsSpan().SequenceEqual(verification.Seen))
            {
                verification.Seen = null;
                await snapshot.VerifyAsync(cancellationToken);
                verification.Seen = seen;
            }
        }
        finally
        {
            verification.Gate.Release();
        }
    }

    private async Task PublishAsync(DatasetVersion version, string prepared, AddingPlace place, CancellationToken cancellationToken)
    {
        var target = FolderOf(version);
        for (var tries = 1; ; tries++)
        {
            try
            {
                if (Directory.Exists(target))
                {
                    if (await IsIntactAsync(version, cancellationToken))
                    {
                        return;
                    }

                    // Adding a damaged version's files again is how it is repaired.
                    Snapshot.UnsealFolder(target);
                    Directory.Move(target, Path.Combine(place.Folder, $"damaged-{tries}"));
                }

                Directory.Move(prepared, target);
                Snapshot.SealFolder(target);
                return;
            }
            catch (IOException) when (tries < PublishingTries && Directory.Exists(prepared))
            {
                // Another add published, or took away, the same version between the look and the move.
            }
        }
    }

    private async Task<bool> IsIntactAsync(DatasetVersion version, CancellationToken cancellationToken)
    {
        var snapshot = SnapshotOf(version);
        if (!snapshot.Exists)
        {
            return false;
        }

        try
        {
            await VerifyAsync(version, snapshot, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is DatasetException or FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private void MakeDatasetFolder(string datasetId)
    {
        var folder = Path.Combine(_root, datasetId);
        Directory.CreateDirectory(folder);
        Snapshot.UnsealFolder(folder);
    }

    private void SetNewest(DatasetVersion version, AddingPlace place)
    {
        // Its time is the file system's own: nobody else's clock is compared with it.
        WriteName(place, AddedOf(version), version.Hash);
        WriteName(place, NewestOf(version.DatasetId), version.Hash);
    }

    /// <summary>Writes a file that names a version: who reads it sees the one before or this one.</summary>
    private static void WriteName(AddingPlace place, string path, string hash)
    {
        var written = Path.Combine(place.Folder, "name");
        File.WriteAllText(written, hash + "\n");
        File.Move(written, path, overwrite: true);
    }

    private static async Task<string?> ReadNameAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(path, cancellationToken)).TrimEnd('\n');
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private Snapshot Existing(DatasetVersion version) =>
        PlainName.IsValid(version.DatasetId) && DatasetNames.IsHash(version.Hash) && SnapshotOf(version).Exists
            ? SnapshotOf(version)
            : throw new DatasetException($"Dataset {PlainName.Quoted(version.DatasetId)} has no version {PlainName.Quoted(version.Hash)}.");

    // No dataset id holds a '~'.
    private AddingPlace EnterPlace() => AddingPlace.Enter(Path.Combine(_root, "~adding"));

    private string NewestOf(string datasetId) => Path.Combine(_root, datasetId, "newest");

    private string FolderOf(DatasetVersion version) => Path.Combine(_root, version.DatasetId, version.Hash);

    private Snapshot SnapshotOf(DatasetVersion version) => new(FolderOf(version), version);

    /// <summary>What this process knows of a version's content; its gate guards it.</summary>
    private sealed class Verification
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        /// <summary>What the snapshot looked like when it was last found intact.</summary>
        public byte[]? Seen { get; set; }
    }
}
