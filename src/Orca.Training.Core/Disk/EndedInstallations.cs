using Orca.Training.Files;

namespace Orca.Training.Disk;

/// <summary>What installations left on the disk that ended with their hosts: no call finds it any more.</summary>
internal sealed class EndedInstallations(IReadOnlyList<IInstallationFolders> stores)
{
    // Where what is being removed lies meanwhile; no installation's name holds a '~'.
    private const string Aside = "~removed";

    private readonly FolderRemoval _removal = new();

    /// <summary>Finds the folders of ended installations, measures them, and removes those with no job in them, or all.</summary>
    /// <param name="remove">Whether all are removed; otherwise they are only measured.</param>
    /// <param name="cancellationToken">Gives up between two entries.</param>
    /// <returns>How many installations have left something, and how many bytes it takes.</returns>
    /// <exception cref="IOException">One of them cannot be removed.</exception>
    public (int Count, long Bytes) Clear(bool remove, CancellationToken cancellationToken)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        long bytes = 0;
        foreach (var folder in stores.SelectMany(Folders))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!InstallationMark.TryTake(folder, out var mark))
            {
                continue;
            }

            using (mark)
            {
                var isEmpty = !Directory.EnumerateDirectories(folder).Any();
                if (!isEmpty)
                {
                    found.Add(Path.GetFileName(folder));
                    bytes += FolderUse.Of(folder, cancellationToken);
                }

                if (isEmpty || remove)
                {
                    Remove(folder, mark, cancellationToken);
                }
            }
        }

        return (found.Count, bytes);
    }

    private static IEnumerable<string> Folders(IInstallationFolders store) =>
        Directory.Exists(store.Folder) ? Directory.EnumerateDirectories(store.Folder).Order(StringComparer.Ordinal).ToList() : [];

    private void Remove(string folder, InstallationMark mark, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            // No folder with an open file can be renamed there.
            mark.Dispose();
        }

        _removal.Remove(Path.Combine(Path.GetDirectoryName(folder)!, Aside), Path.GetFileName(folder), [folder], cancellationToken);
    }
}
