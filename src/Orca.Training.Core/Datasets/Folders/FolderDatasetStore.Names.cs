using Orca.Training.Files;

namespace Orca.Training.Datasets.Folders;

/// <summary>Files that name a version: which one is the newest, when each was added, and tags.</summary>
public sealed partial class FolderDatasetStore
{
    /// <inheritdoc />
    /// <exception cref="IOException">The disk does not take it.</exception>
    public async Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        DatasetNames.CheckTag(tag);
        cancellationToken.ThrowIfCancellationRequested();
        Existing(version);
        using var place = EnterPlace();
        Directory.CreateDirectory(TagsOf(version.DatasetId));
        Put(WriteName(place, version), TagOf(version.DatasetId, tag));

        // A deletion since the look has passed by this tag, which would come back with the same content.
        if (!SnapshotOf(version).Exists)
        {
            await RemoveTagAsync(version, tag, place, cancellationToken);
            throw NoSuch(version);
        }
    }

    /// <inheritdoc />
    /// <exception cref="IOException">The disk does not let go of it.</exception>
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

    private async Task RemoveTagsAsync(DatasetVersion version, AddingPlace place, CancellationToken cancellationToken)
    {
        foreach (var tag in (await ReadTagsAsync(version.DatasetId, cancellationToken))[version.Hash])
        {
            await RemoveTagAsync(version, tag, place, cancellationToken);
        }
    }

    /// <summary>Takes a tag from this version, and from no other: somebody may be moving it to one.</summary>
    private async Task RemoveTagAsync(DatasetVersion version, string tag, AddingPlace place, CancellationToken cancellationToken)
    {
        var path = TagOf(version.DatasetId, tag);
        var taken = Path.Combine(place.Folder, "taken");
        try
        {
            File.Move(path, taken, overwrite: true);
            if (await ReadNameAsync(taken, cancellationToken) != version.Hash)
            {
                File.Move(taken, path, overwrite: false);
            }
        }
        catch (IOException) when (!File.Exists(path) || File.Exists(taken))
        {
            // It was removed meanwhile, or set once more, which counts.
        }
    }

    /// <summary>The version that was added last of those that are there; null if there is none.</summary>
    private async Task<DatasetVersion?> FindNewestAsync(string datasetId, CancellationToken cancellationToken) =>
        await FindNamedAsync(datasetId, NewestOf(datasetId), cancellationToken)
        ?? VersionsOf(datasetId).OrderByDescending(AddedAt).ThenBy(v => v.Hash, StringComparer.Ordinal).FirstOrDefault();

    private async Task<DatasetVersion?> FindNamedAsync(string datasetId, string path, CancellationToken cancellationToken) =>
        await ReadNameAsync(path, cancellationToken) is { } hash && DatasetNames.IsHash(hash) ? IfThere(datasetId, hash) : null;

    private DatasetVersion? IfThere(string datasetId, string hash)
    {
        var version = new DatasetVersion(datasetId, hash);
        return SnapshotOf(version).Exists ? version : null;
    }

    private async Task SetNewestAsync(DatasetVersion version, AddingPlace place, CancellationToken cancellationToken)
    {
        // The time is the file system's own, so that hosts need not agree on one, but later than that of the newest before: its grain may be coarse.
        var added = WriteName(place, version);
        if (await FindNewestAsync(version.DatasetId, cancellationToken) is { } before && AddedAt(before).UtcDateTime is var time && time >= File.GetLastWriteTimeUtc(added))
        {
            File.SetLastWriteTimeUtc(added, time.AddTicks(1));
        }

        Put(added, AddedOf(version));
        Put(WriteName(place, version), NewestOf(version.DatasetId));
    }

    /// <summary>When a version was added last.</summary>
    private DateTimeOffset AddedAt(DatasetVersion version)
    {
        var added = AddedOf(version);

        // What an earlier version of this package has added has none: then its folder's own time is the nearest.
        var time = File.Exists(added) ? File.GetLastWriteTimeUtc(added) : Directory.GetLastWriteTimeUtc(FolderOf(version));
        return new DateTimeOffset(time, TimeSpan.Zero);
    }

    /// <summary>The tags by the hashes that they name, which may be gone.</summary>
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

    private static string WriteName(AddingPlace place, DatasetVersion version)
    {
        var written = Path.Combine(place.Folder, "name");
        File.WriteAllText(written, version.Hash + "\n");
        return written;
    }

    /// <summary>Puts a written name in its place: who reads there sees the one before or this one.</summary>
    private static void Put(string written, string path) => File.Move(written, path, overwrite: true);

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

    private string NewestOf(string datasetId) => Path.Combine(_root, datasetId, "newest");

    private string AddedOf(DatasetVersion version) => FolderOf(version) + ".added";

    private string TagsOf(string datasetId) => Path.Combine(_root, datasetId, "tags");

    private string TagOf(string datasetId, string tag) => Path.Combine(TagsOf(datasetId), tag);
}
