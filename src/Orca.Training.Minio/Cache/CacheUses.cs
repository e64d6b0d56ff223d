using System.Globalization;
using Orca.Training.Datasets;

namespace Orca.Training.Minio.Cache;

/// <summary>A version in the cache.</summary>
/// <param name="Version">The version.</param>
/// <param name="Size">Bytes.</param>
/// <param name="UsedAt">When it was last opened.</param>
internal sealed record CacheUse(DatasetVersion Version, long Size, DateTimeOffset UsedAt);

/// <summary>
/// Which versions the cache holds, how large each is and when it was last used: a file for each, whose time is that of its use. So several
/// processes know the same, and it survives them.
/// </summary>
internal sealed class CacheUses(string folder)
{
    // No dataset's id begins with this character.
    private readonly string _root = Path.Combine(folder, "~uses");

    /// <summary>Notes a version that is about to be fetched: what a fetch that crashed has left is found and removed like any other.</summary>
    public void Add(DatasetVersion version, long size, DateTimeOffset now)
    {
        var path = PathOf(version);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, size.ToString(CultureInfo.InvariantCulture));
        File.SetLastWriteTimeUtc(path, now.UtcDateTime);
    }

    public void Touch(DatasetVersion version, DateTimeOffset now)
    {
        try
        {
            File.SetLastWriteTimeUtc(PathOf(version), now.UtcDateTime);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Let go of at this very moment: then it is nobody's use any more.
        }
    }

    /// <summary>When a version was last used; null if it is not kept.</summary>
    public DateTimeOffset? TimeOf(DatasetVersion version) =>
        new FileInfo(PathOf(version)) is { Exists: true } file ? new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero) : null;

    public void MakeOldest(DatasetVersion version) => Touch(version, DateTimeOffset.UnixEpoch);

    public void Remove(DatasetVersion version) => File.Delete(PathOf(version));

    public IReadOnlyList<CacheUse> Read()
    {
        var found = new List<CacheUse>();
        foreach (var path in Directory.Exists(_root) ? Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories) : [])
        {
            try
            {
                if (long.TryParse(File.ReadAllText(path), NumberStyles.None, CultureInfo.InvariantCulture, out var size))
                {
                    found.Add(new CacheUse(
                        new DatasetVersion(Path.GetFileName(Path.GetDirectoryName(path)!), Path.GetFileName(path)), size, new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero)));
                }
            }
            catch (FileNotFoundException)
            {
                // Removed since the look at the folder.
            }
        }

        return found;
    }

    private string PathOf(DatasetVersion version) => Path.Combine(_root, version.DatasetId, version.Hash);
}
