using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Orca.Training.Datasets;
using Orca.Training.Files;
using Orca.Training.Minio.Objects;
using static System.FormattableString;

namespace Orca.Training.Minio.Datasets;

/// <summary>Holds the objects of a version against its manifest: by their contents once, and then by what their listing shows. Thread-safe.</summary>
internal sealed class SnapshotChecks
{
    // One for each version that was opened, so as many as there are in the bucket.
    private readonly ConcurrentDictionary<DatasetVersion, Check> _checks = new();

    public static DatasetException Damaged(DatasetVersion version, string? file, string why) => new(
        $"Version {version.Hash} of dataset '{version.DatasetId}' is damaged{(file is null ? "" : $" at '{file}'")}: {why}. Add its files again.", file);

    /// <exception cref="DatasetException">A file is gone, too much, or another one; it says which.</exception>
    public async Task CheckAsync(S3Bucket bucket, DatasetVersion version, DatasetManifest manifest, CancellationToken cancellationToken)
    {
        var check = _checks.GetOrAdd(version, _ => new Check());

        // Many jobs may start on a new version at once: one of them reads it.
        await check.Gate.WaitAsync(cancellationToken);
        try
        {
            // The listing comes first: what changes while the files are read shows at the next one.
            var prefix = DatasetKeys.Files(version) + "/";
            var found = await bucket.ListAsync(prefix, cancellationToken).ToDictionaryAsync(o => o.Key[prefix.Length..], StringComparer.Ordinal, cancellationToken);
            var seen = Fingerprint(found.Values);
            if (seen != check.Seen)
            {
                check.Seen = null;
                await CompareAsync(bucket, version, manifest, found, cancellationToken);
                check.Seen = seen;
            }
        }
        finally
        {
            check.Gate.Release();
        }
    }

    private static async Task CompareAsync(
        S3Bucket bucket, DatasetVersion version, DatasetManifest manifest, Dictionary<string, S3Object> found, CancellationToken cancellationToken)
    {
        if (found.Keys.Except(manifest.Files.Select(f => f.Name)).FirstOrDefault() is { } added)
        {
            throw Damaged(version, added, "it was added later");
        }

        foreach (var file in manifest.Files)
        {
            if (!found.TryGetValue(file.Name, out var there))
            {
                throw Damaged(version, file.Name, "it is gone");
            }

            if (there.Size != file.Size)
            {
                throw Damaged(version, file.Name, Invariant($"it had {file.Size} bytes and has {there.Size}"));
            }

            await using var stream = await bucket.OpenAsync(there, 0, cancellationToken);
            if ((await HashedCopy.HashAsync(stream, cancellationToken)).Sha256 != file.Sha256)
            {
                throw Damaged(version, file.Name, "its content is different");
            }
        }
    }

    private static string Fingerprint(IEnumerable<S3Object> objects)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var o in objects.OrderBy(o => o.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Invariant($"{o.Size} {o.ETag} {o.ModifiedAt:O} {o.Key}\n")));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What this process knows of a version's content; its gate guards it.</summary>
    private sealed class Check
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        /// <summary>What the objects looked like when they were last found intact.</summary>
        public string? Seen { get; set; }
    }
}
