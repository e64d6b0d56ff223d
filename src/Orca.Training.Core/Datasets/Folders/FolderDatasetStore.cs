using System.Collections.Concurrent;
using Orca.Training.Disk;
using Orca.Training.Files;

namespace Orca.Training.Datasets.Folders;

/// <summary>
/// Keeps datasets as read-only folders below one folder of this host, which a container sees as a mount. Several processes can
/// share the folder if its file system locks files between them.
/// </summary>
/// <remarks>
/// <c>&lt;root&gt;/&lt;id&gt;/&lt;hash&gt;/files/…</c> is a version, <c>manifest.json</c> beside <c>files</c> says what it consists of, and
/// <c>&lt;root&gt;/&lt;id&gt;/newest</c> names the version that was added last, and each file in <c>tags</c> the version that has its name. The time of
/// <c>&lt;hash&gt;.added</c> is that at which a version was added last. A version appears and goes by one rename. What names a version that is gone
/// counts for nothing: it is left by a deletion that crashed, or that met an add or a tagging of the same version.
/// </remarks>
public sealed partial class FolderDatasetStore : IDatasetStore, IOnDisk
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

    string IOnDisk.Folder => _root;

    /// <summary>Whether other users of the machine can read what is there. Default: they can not.</summary>
    public bool OthersCanRead { get; init; }

    /// <summary>Whether it holds copies of what another store has, whose names were taken there.</summary>
    internal bool KeepsCopies { get; init; }

    /// <inheritdoc />
    public bool IsOnHost => true;

    /// <inheritdoc />
    /// <exception cref="IOException">The disk does not take it; nothing is stored then.</exception>
    public async Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(datasetId);
        ArgumentNullException.ThrowIfNull(files);
        DatasetNames.CheckId(datasetId);
        if (KeepsCopies)
        {
            DatasetNames.CheckStoredFiles(files);
        }
        else
        {
            DatasetNames.CheckFiles(files);
        }


        using var place = EnterPlace();
        var prepared = Path.Combine(place.Folder, "snapshot");
        var manifest = await Snapshot.WriteAsync(prepared, files, cancellationToken);
        var version = new DatasetVersion(datasetId, manifest.Hash);
        MakeDatasetFolder(datasetId);
        await PublishAsync(version, prepared, place, cancellationToken);
        await SetNewestAsync(version, place, cancellationToken);
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

        return string.IsNullOrEmpty(version) ? await FindNewestAsync(datasetId, cancellationToken)
            : DatasetNames.IsHash(version) ? IfThere(datasetId, version)
            : PlainName.IsValid(version) ? await FindNamedAsync(datasetId, TagOf(datasetId, version), cancellationToken)
            : null;
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
        try
        {
            await VerifyAsync(version, snapshot, cancellationToken);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && !snapshot.Exists)
        {
            // It was deleted while it was read.
            throw NoSuch(version, e);
        }

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
                SealPublished(target);
                return;
            }
            catch (IOException) when (tries < PublishingTries && Directory.Exists(prepared))
            {
                // Another add published, or took away, the same version between the look and the move.
            }
        }
    }

    private static void SealPublished(string folder)
    {
        try
        {
            Snapshot.SealFolder(folder);
        }
        catch (FileNotFoundException)
        {
            // It was there, and has been deleted since.
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
        PrivateFolder.Make(_root, OthersCanRead);
        Directory.CreateDirectory(folder);
        Snapshot.UnsealFolder(folder);
    }

    private Snapshot Existing(DatasetVersion version) =>
        PlainName.IsValid(version.DatasetId) && DatasetNames.IsHash(version.Hash) && SnapshotOf(version).Exists
            ? SnapshotOf(version)
            : throw NoSuch(version);

    private static DatasetException NoSuch(DatasetVersion version, Exception? cause = null) =>
        new($"Dataset {PlainName.Quoted(version.DatasetId)} has no version {PlainName.Quoted(version.Hash)}.", inner: cause);

    // No dataset id holds a '~'.
    private AddingPlace EnterPlace()
    {
        PrivateFolder.Make(_root, OthersCanRead);
        return AddingPlace.Enter(Path.Combine(_root, "~adding"));
    }

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
