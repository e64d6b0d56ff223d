using Orca.Training.Files;

namespace Orca.Training.Datasets.Folders;

/// <summary>What there is of a dataset, names of its versions, and their end.</summary>
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

        var newest = await ReadNameAsync(NewestOf(datasetId), cancellationToken);
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

        return [.. found.OrderByDescending(d => d.Version.Hash == newest).ThenByDescending(d => d.AddedAt).ThenBy(d => d.Version.Hash, StringComparer.Ordinal)];
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<SnapshotFile>> ListFilesAsync(DatasetVersion version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        return (await Existing(version).ReadManifestAsync(cancellationToken)).Files;
    }

    /// <inheritdoc />
    public async Task<Stream> OpenFileAsync(DatasetVersion version, string file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(file);
        var snapshot = Existing(version);
        var manifest = await snapshot.ReadManifestAsync(cancellationToken);
        return manifest.Files.Any(f => f.Name == file)
            ? snapshot.OpenFile(file)
            : throw new DatasetException($"Version {version.Hash} of dataset '{version.DatasetId}' has no file {PlainName.Quoted(file)}.", file);
    }

    /// <inheritdoc />
    public Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        DatasetNames.CheckTag(tag);
        cancellationToken.ThrowIfCancellationRequested();
        Existing(version);
        using var place = EnterPlace();
        Directory.CreateDirectory(TagsOf(version.DatasetId));
        WriteName(place, TagOf(version.DatasetId, tag), version.Hash);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task RemoveTagAsync(string datasetId, string tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(datasetId);
        ArgumentNullException.ThrowIfNull(tag);
        cancellationToken.ThrowIfCancellationRequested();
        if (PlainName.IsValid(datasetId) && PlainName.IsValid(tag))
        {
            Forget(TagOf(datasetId, tag));
        }

        return Task.CompletedTask;
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
        foreach (var tag in (await ReadTagsAsync(version.DatasetId, cancellationToken))[version.Hash])
        {
            Forget(TagOf(version.DatasetId, tag));
        }

        Forget(AddedOf(version));
        if (await ReadNameAsync(NewestOf(version.DatasetId), cancellationToken) == version.Hash)
        {
            if (await ListVersionsAsync(version.DatasetId, cancellationToken) is [var next, ..])
            {
                WriteName(place, NewestOf(version.DatasetId), next.Version.Hash);
            }
            else
            {
                Forget(NewestOf(version.DatasetId));
            }
        }

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

    private static void Forget(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // There never was one.
        }
    }

    private IEnumerable<DatasetVersion> VersionsOf(string datasetId)
    {
        var folder = Path.Combine(_root, datasetId);
        return (Directory.Exists(folder) ? Directory.GetDirectories(folder) : [])
            .Select(f => new DatasetVersion(datasetId, Path.GetFileName(f)))
            .Where(v => DatasetNames.IsHash(v.Hash) && SnapshotOf(v).Exists);
    }

    private async Task<ILookup<string, string>> ReadTagsAsync(string datasetId, CancellationToken cancellationToken)
    {
        var folder = TagsOf(datasetId);
        var tags = new List<(string Hash, string Tag)>();
        foreach (var path in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
        {
            if (await ReadNameAsync(path, cancellationToken) is { } hash)
            {
                tags.Add((hash, Path.GetFileName(path)));
            }
        }

        return tags.ToLookup(t => t.Hash, t => t.Tag);
    }

    private DateTimeOffset AddedAt(DatasetVersion version)
    {
        var added = AddedOf(version);

        // What an earlier version of this package has added has none: then its folder's own time is the nearest.
        var time = File.Exists(added) ? File.GetLastWriteTimeUtc(added) : Directory.GetLastWriteTimeUtc(FolderOf(version));
        return new DateTimeOffset(time, TimeSpan.Zero);
    }

    private string AddedOf(DatasetVersion version) => FolderOf(version) + ".added";

    private string TagsOf(string datasetId) => Path.Combine(_root, datasetId, "tags");

    private string TagOf(string datasetId, string tag) => Path.Combine(TagsOf(datasetId), tag);
}
