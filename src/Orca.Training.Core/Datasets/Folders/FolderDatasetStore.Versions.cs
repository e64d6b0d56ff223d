using Orca.Training.Files;

namespace Orca.Training.Datasets.Folders;

/// <summary>What there is of a dataset, and the end of a version.</summary>
public sealed partial class FolderDatasetStore
{
    /// <inheritdoc />
    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var ids = Directory.Exists(_root) ? Directory.GetDirectories(_root).Select(f => Path.GetFileName(f)).Where(PlainName.IsValid) : [];
        return Task.FromResult<IReadOnlyList<string>>([.. ids.Where(id => VersionsOf(id).Any()).Order(StringComparer.Ordinal)]);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<DatasetDescription>> ListVersionsAsync(string datasetId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(datasetId);
        if (!PlainName.IsValid(datasetId))
        {
            return [];
        }

        var newest = await FindNewestAsync(datasetId, cancellationToken);
        var tags = await ReadTagsAsync(datasetId, cancellationToken);
        var found = new List<DatasetDescription>();
        foreach (var version in VersionsOf(datasetId))
        {
            // Deleted since the look at the folder, if there is none.
            if (await SnapshotOf(version).FindManifestAsync(cancellationToken) is { } manifest)
            {
                found.Add(new DatasetDescription(
                    version, AddedAt(version), manifest.Files.Sum(f => f.Size), manifest.Files.Count, [.. tags[version.Hash].Order(StringComparer.Ordinal)]));
            }
        }

        return [.. found.OrderByDescending(d => d.Version == newest).ThenByDescending(d => d.AddedAt).ThenBy(d => d.Version.Hash, StringComparer.Ordinal)];
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<SnapshotFile>> ListFilesAsync(DatasetVersion version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        return (await Existing(version).FindManifestAsync(cancellationToken) ?? throw NoSuch(version)).Files;
    }

    /// <inheritdoc />
    public async Task<Stream> OpenFileAsync(DatasetVersion version, string file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(file);
        var snapshot = Existing(version);
        var manifest = await snapshot.FindManifestAsync(cancellationToken) ?? throw NoSuch(version);
        return manifest.Files.FirstOrDefault(f => f.Name == file) is { } found
            ? snapshot.OpenFile(found)
            : throw new DatasetException($"Version {version.Hash} of dataset '{version.DatasetId}' has no file {PlainName.Quoted(file)}.", file);
    }

    /// <inheritdoc />
    public async Task<bool> DeleteAsync(DatasetVersion version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (!PlainName.IsValid(version.DatasetId) || !DatasetNames.IsHash(version.Hash))
        {
            return false;
        }

        using var place = EnterPlace();
        var wasThere = MoveAway(version, place);
        _verifications.TryRemove(version, out _);
        await RemoveTagsAsync(version, place, cancellationToken);
        Forget(AddedOf(version));
        return wasThere;
    }

    /// <summary>From one moment on it is not there; what is left aside goes with the place, or with the next add if this process ends before.</summary>
    private bool MoveAway(DatasetVersion version, AddingPlace place)
    {
        var folder = FolderOf(version);
        try
        {
            var isThere = SnapshotOf(version).Exists;
            Snapshot.UnsealFolder(folder);
            Directory.Move(folder, Path.Combine(place.Folder, "deleted"));
            return isThere;
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException || !Directory.Exists(folder))
        {
            return false;
        }
    }

    private IEnumerable<DatasetVersion> VersionsOf(string datasetId)
    {
        var folder = Path.Combine(_root, datasetId);
        return (Directory.Exists(folder) ? Directory.GetDirectories(folder) : [])
            .Select(f => new DatasetVersion(datasetId, Path.GetFileName(f)))
            .Where(v => DatasetNames.IsHash(v.Hash) && SnapshotOf(v).Exists);
    }
}
