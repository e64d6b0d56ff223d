using System.Globalization;
using System.Text;
using Orca.Training.Access;
using Orca.Training.Datasets;
using Orca.Training.Files;
using Orca.Training.Minio.Cache;
using Orca.Training.Minio.Objects;

namespace Orca.Training.Minio.Datasets;

/// <summary>
/// Keeps datasets in a bucket. <c>&lt;id&gt;/&lt;hash&gt;/files/…</c> is a version, <c>manifest.json</c> beside <c>files</c> says what it consists of, and
/// is written last: a version is there if and only if its manifest is. <c>&lt;id&gt;/newest</c> and <c>&lt;id&gt;/tags/…</c> name versions; a name of one that is
/// gone counts for nothing. <c>added</c> beside the manifest is the time of the last add: the server's own times have a grain of a second.
/// </summary>
/// <param name="server">Where.</param>
/// <param name="cache">Where containers find versions as folders; null where they read them from the server.</param>
internal sealed class MinioDatasetStore(S3Server server, DatasetCache? cache) : IDatasetStore
{
    private const int CallsAtOnce = 8;
    private const int LargestName = 1024;
    private const int PublishingTries = 10;
    private static readonly TimeSpan LongestDeletion = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan DeletionPause = TimeSpan.FromMilliseconds(50);

    // What an add that crashed has left is older than any add takes.
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    private readonly S3Bucket _bucket = server.Bucket(server.Options.DatasetBucket);
    private readonly SnapshotChecks _checks = new();
    private Task? _made;

    public bool IsShared => true;

    public bool IsOnHost => cache is not null;

    public async Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(datasetId);
        ArgumentNullException.ThrowIfNull(files);
        DatasetNames.CheckId(datasetId);
        DatasetNames.CheckFiles(files);
        await MakeBucketAsync(cancellationToken);
        await RemoveAbandonedAsync(cancellationToken);
        await using var preparation = new Preparation(_bucket);
        var prepared = await preparation.RunAsync(files, cancellationToken);
        var manifest = new DatasetManifest(prepared.Select(p => p.File));
        var version = new DatasetVersion(datasetId, manifest.Hash);
        await PublishAsync(version, manifest, prepared, cancellationToken);
        var time = await NextTimeAsync(datasetId, cancellationToken);
        await _bucket.PutAsync(DatasetKeys.Added(version), Encoding.UTF8.GetBytes(time.ToString("O", CultureInfo.InvariantCulture)), cancellationToken);
        await _bucket.PutAsync(DatasetKeys.Newest(datasetId), Encoding.UTF8.GetBytes(version.Hash), cancellationToken);
        return version;
    }

    public async Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken)
    {
        // A name that no dataset can have is no more than unknown; it must only never become a key.
        if (!PlainName.IsValid(datasetId))
        {
            return null;
        }

        await MakeBucketAsync(cancellationToken);
        return string.IsNullOrEmpty(version) ? await FindNewestAsync(datasetId, cancellationToken)
            : DatasetNames.IsHash(version) ? await FindAsync(datasetId, version, cancellationToken)
            : PlainName.IsValid(version) ? await FindAsync(datasetId, await ReadNameAsync(DatasetKeys.Tag(datasetId, version), cancellationToken), cancellationToken)
            : null;
    }

    /// <remarks>
    /// Where containers read from the server, the whole snapshot is read and hashed when a process first opens it; from then on a listing of its objects
    /// is enough, until one of them differs. Where they see the cache's folder, filling it is what verifies it.
    /// </remarks>
    public async Task<Uri> OpenAsync(DatasetVersion version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (cache is not null)
        {
            return await cache.OpenAsync(version, token => ReadManifestAsync(version, token), (file, token) => OpenFoundAsync(version, file, token), cancellationToken);
        }

        var manifest = await ReadManifestAsync(version, cancellationToken);
        await _checks.CheckAsync(_bucket, version, manifest, cancellationToken);
        return new S3Address(_bucket.Name, DatasetKeys.Files(version)).ToUri();
    }

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        await MakeBucketAsync(cancellationToken);
        var found = new List<string>();
        await foreach (var folder in _bucket.ListFoldersAsync("", cancellationToken))
        {
            if (PlainName.IsValid(folder) && await VersionsAsync(folder, cancellationToken).AnyAsync(cancellationToken))
            {
                found.Add(folder);
            }
        }

        found.Sort(StringComparer.Ordinal);
        return found;
    }

    public async Task<IReadOnlyList<DatasetDescription>> ListVersionsAsync(string datasetId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(datasetId);
        if (!PlainName.IsValid(datasetId))
        {
            return [];
        }

        await MakeBucketAsync(cancellationToken);
        var tags = await ReadTagsAsync(datasetId, cancellationToken);
        var found = new List<DatasetDescription>();
        await foreach (var (version, writtenAt) in VersionsAsync(datasetId, cancellationToken))
        {
            if (await FindManifestAsync(version, cancellationToken) is { } manifest)
            {
                found.Add(new DatasetDescription(
                    version, await FindAddedAsync(version, cancellationToken) ?? writtenAt, manifest.Files.Sum(f => f.Size), manifest.Files.Count, [.. tags[version.Hash].Order(StringComparer.Ordinal)]));
            }
        }

        return [.. found.OrderByDescending(d => d.AddedAt).ThenBy(d => d.Version.Hash, StringComparer.Ordinal)];
    }

    public async Task<IReadOnlyList<SnapshotFile>> ListFilesAsync(DatasetVersion version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        return (await ReadManifestAsync(version, cancellationToken)).Files;
    }

    public async Task<Stream> OpenFileAsync(DatasetVersion version, string file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(file);
        var manifest = await ReadManifestAsync(version, cancellationToken);
        var found = manifest.Files.FirstOrDefault(f => f.Name == file)
            ?? throw new DatasetException($"Version {version.Hash} of dataset '{version.DatasetId}' has no file {PlainName.Quoted(file)}.", file);
        return await OpenFoundAsync(version, found, cancellationToken);
    }

    public async Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        DatasetNames.CheckTag(tag);
        await ReadManifestAsync(version, cancellationToken);
        await _bucket.PutAsync(DatasetKeys.Tag(version.DatasetId, tag), Encoding.UTF8.GetBytes(version.Hash), cancellationToken);
    }

    public async Task RemoveTagAsync(string datasetId, string tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(datasetId);
        ArgumentNullException.ThrowIfNull(tag);
        if (PlainName.IsValid(datasetId) && PlainName.IsValid(tag))
        {
            await MakeBucketAsync(cancellationToken);
            await _bucket.RemoveAsync(DatasetKeys.Tag(datasetId, tag), cancellationToken);
        }
    }

    public async Task<bool> DeleteAsync(DatasetVersion version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (!PlainName.IsValid(version.DatasetId) || !DatasetNames.IsHash(version.Hash))
        {
            return false;
        }

        await MakeBucketAsync(cancellationToken);
        var wasThere = await _bucket.FindAsync(DatasetKeys.Manifest(version), cancellationToken) is not null;

        // Who adds the same version meanwhile sees this, and waits. From the next line on it does not resolve; what follows is found by a repetition, if it
        // does not come to its end.
        await _bucket.PutAsync(DatasetKeys.Deleting(version), [], cancellationToken);
        await _bucket.RemoveAsync(DatasetKeys.Manifest(version), cancellationToken);
        await _bucket.RemoveAsync(DatasetKeys.Added(version), cancellationToken);
        foreach (var tag in (await ReadTagsAsync(version.DatasetId, cancellationToken))[version.Hash])
        {
            await _bucket.RemoveAsync(DatasetKeys.Tag(version.DatasetId, tag), cancellationToken);
        }

        if (await ReadNameAsync(DatasetKeys.Newest(version.DatasetId), cancellationToken) == version.Hash)
        {
            await MakeNewestAsync(version.DatasetId, cancellationToken);
        }

        await _bucket.RemoveAsync(_bucket.ListAsync(DatasetKeys.Files(version) + "/", cancellationToken).Select(o => o.Key), cancellationToken);
        await _bucket.RemoveAsync(DatasetKeys.Deleting(version), cancellationToken);
        cache?.Forget(version);
        return wasThere;
    }

    private async Task PublishAsync(DatasetVersion version, DatasetManifest manifest, IReadOnlyList<PreparedFile> prepared, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            // What is there already may be damaged: adding a version's files again is how it is repaired.
            await Parallel.ForEachAsync(prepared, new ParallelOptions { MaxDegreeOfParallelism = CallsAtOnce, CancellationToken = cancellationToken }, async (file, token) =>
            {
                var key = DatasetKeys.File(version, file.File.Name);
                await (file.Content is { } content ? _bucket.PutAsync(key, content, token) : _bucket.CopyAsync(file.Staged!, key, token));
            });
            using var written = new MemoryStream();
            await manifest.WriteAsync(written, cancellationToken);
            await _bucket.PutAsync(DatasetKeys.Manifest(version), written.ToArray(), cancellationToken);

            // A deletion of the same version at the same time may have taken some of its files along, or be about to: one that is under way is waited for,
            // one that is over shows in the listing, and one that begins later is later.
            await AwaitDeletionAsync(version, cancellationToken);
            var there = await _bucket.ListAsync(DatasetKeys.Files(version) + "/", cancellationToken).CountAsync(cancellationToken);
            if (there >= manifest.Files.Count && await _bucket.FindAsync(DatasetKeys.Manifest(version), cancellationToken) is not null)
            {
                return;
            }

            if (tries == PublishingTries)
            {
                throw new IOException($"Version {version.Hash} of dataset '{version.DatasetId}' is repeatedly deleted while it is added: nothing was stored. Try again.");
            }
        }
    }

    private async Task AwaitDeletionAsync(DatasetVersion version, CancellationToken cancellationToken)
    {
        var key = DatasetKeys.Deleting(version);
        while (await _bucket.FindAsync(key, cancellationToken) is { } deleting)
        {
            if (server.Time.GetUtcNow() - deleting.ModifiedAt > LongestDeletion)
            {
                // Whoever it was has crashed.
                await _bucket.RemoveAsync(key, cancellationToken);
                break;
            }

            await Task.Delay(DeletionPause, server.Time, cancellationToken);
        }
    }

    private async Task<Stream> OpenFoundAsync(DatasetVersion version, SnapshotFile file, CancellationToken cancellationToken)
    {
        var key = DatasetKeys.File(version, file.Name);
        var found = await _bucket.FindAsync(key, cancellationToken);
        return found?.Size == file.Size
            ? await _bucket.OpenAsync(found, 0, cancellationToken)
            : throw SnapshotChecks.Damaged(version, file.Name, found is null ? "it is gone" : "its size is different");
    }

    private async Task<DatasetManifest> ReadManifestAsync(DatasetVersion version, CancellationToken cancellationToken) =>
        PlainName.IsValid(version.DatasetId) && DatasetNames.IsHash(version.Hash) && await FindManifestAsync(version, cancellationToken) is { } manifest
            ? manifest
            : throw new DatasetException($"Dataset {PlainName.Quoted(version.DatasetId)} has no version {PlainName.Quoted(version.Hash)}.");

    private async Task<DatasetManifest?> FindManifestAsync(DatasetVersion version, CancellationToken cancellationToken)
    {
        await MakeBucketAsync(cancellationToken);
        var key = DatasetKeys.Manifest(version);
        try
        {
            if (await _bucket.FindAsync(key, cancellationToken) is not { } found)
            {
                return null;
            }

            await using var stream = await _bucket.OpenAsync(found, 0, cancellationToken);
            var manifest = await DatasetManifest.ReadAsync(stream, cancellationToken);
            return manifest?.Hash == version.Hash
                ? manifest
                : throw SnapshotChecks.Damaged(version, null, $"'{key}' in the bucket '{_bucket.Name}' is not its manifest");
        }
        catch (S3Exception e) when (e.IsMissing)
        {
            // It was deleted since the look.
            return null;
        }
    }

    private async IAsyncEnumerable<(DatasetVersion Version, DateTimeOffset AddedAt)> VersionsAsync(
        string datasetId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var folder in _bucket.ListFoldersAsync(DatasetKeys.Dataset(datasetId), cancellationToken))
        {
            if (DatasetNames.IsHash(folder) && await _bucket.FindAsync(DatasetKeys.Manifest(new DatasetVersion(datasetId, folder)), cancellationToken) is { } manifest)
            {
                yield return (new DatasetVersion(datasetId, folder), manifest.ModifiedAt);
            }
        }
    }

    private async Task<ILookup<string, string>> ReadTagsAsync(string datasetId, CancellationToken cancellationToken)
    {
        var prefix = DatasetKeys.Tags(datasetId);
        var tags = new List<(string? Hash, string Tag)>();
        await foreach (var tag in _bucket.ListAsync(prefix, cancellationToken))
        {
            tags.Add((await ReadNameAsync(tag.Key, cancellationToken), tag.Key[prefix.Length..]));
        }

        return tags.Where(t => t.Hash is not null).ToLookup(t => t.Hash!, t => t.Tag);
    }

    /// <summary>Names the newest of those that are left, until that is no longer changed by adds at the same time.</summary>
    private async Task MakeNewestAsync(string datasetId, CancellationToken cancellationToken)
    {
        var key = DatasetKeys.Newest(datasetId);
        string? named = null;
        for (var tries = 1; tries <= PublishingTries; tries++)
        {
            var newest = await FindLatestAsync(datasetId, cancellationToken);
            if (newest is null)
            {
                // Who adds one meanwhile names it; if this takes the name away, the version is found all the same.
                await _bucket.RemoveAsync(key, cancellationToken);
                return;
            }

            if (newest.Hash == named)
            {
                return;
            }

            named = newest.Hash;
            await _bucket.PutAsync(key, Encoding.UTF8.GetBytes(named), cancellationToken);
        }
    }

    /// <summary>The time of an add: later than that of the newest version, so that versions are in order whatever the hosts' clocks show.</summary>
    private async Task<DateTimeOffset> NextTimeAsync(string datasetId, CancellationToken cancellationToken)
    {
        var now = server.Time.GetUtcNow();
        return await FindNewestAsync(datasetId, cancellationToken) is { } newest
            && await FindAddedAsync(newest, cancellationToken) is { } last
            && last >= now ? last.AddTicks(1) : now;
    }

    private async Task<DateTimeOffset?> FindAddedAsync(DatasetVersion version, CancellationToken cancellationToken) =>
        DateTimeOffset.TryParseExact(
            await ReadNameAsync(DatasetKeys.Added(version), cancellationToken), "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? time : null;

    private async Task<DatasetVersion?> FindNewestAsync(string datasetId, CancellationToken cancellationToken) =>
        await FindAsync(datasetId, await ReadNameAsync(DatasetKeys.Newest(datasetId), cancellationToken), cancellationToken)
        ?? await FindLatestAsync(datasetId, cancellationToken);

    private async Task<DatasetVersion?> FindLatestAsync(string datasetId, CancellationToken cancellationToken) =>
        await ListVersionsAsync(datasetId, cancellationToken) is [var latest, ..] ? latest.Version : null;

    private async Task<DatasetVersion?> FindAsync(string datasetId, string? hash, CancellationToken cancellationToken) =>
        DatasetNames.IsHash(hash) && new DatasetVersion(datasetId, hash!) is var version && await _bucket.FindAsync(DatasetKeys.Manifest(version), cancellationToken) is not null
            ? version
            : null;

    private async Task<string?> ReadNameAsync(string key, CancellationToken cancellationToken) =>
        await _bucket.ReadAsync(key, LargestName, cancellationToken) is { } name ? Encoding.UTF8.GetString(name) : null;

    private async Task RemoveAbandonedAsync(CancellationToken cancellationToken)
    {
        var before = server.Time.GetUtcNow() - Abandoned;
        foreach (var (key, _) in await _bucket.ListUnfinishedAsync(DatasetKeys.Adding, cancellationToken).Where(u => u.BegunAt < before).ToListAsync(cancellationToken))
        {
            await _bucket.RemoveUnfinishedAsync(key, cancellationToken);
        }

        await _bucket.RemoveAsync(_bucket.ListAsync(DatasetKeys.Adding, cancellationToken).Where(o => o.ModifiedAt < before).Select(o => o.Key), cancellationToken);
    }

    /// <summary>Once in a process: what becomes of the bucket later is told by who finds it gone.</summary>
    private async Task MakeBucketAsync(CancellationToken cancellationToken)
    {
        if (_made is not { IsCompletedSuccessfully: true })
        {
            await (_made = _bucket.EnsureAsync(cancellationToken));
        }
    }
}
