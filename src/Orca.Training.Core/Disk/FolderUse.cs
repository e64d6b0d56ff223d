using Orca.Training.Files;

namespace Orca.Training.Disk;

/// <summary>How much of the disk a folder takes.</summary>
internal static class FolderUse
{
    // Trainings write there meanwhile, and may have made any number of files: what was counted so far says enough.
    private const int MostEntries = 20_000;

    public static long Of(string folder, CancellationToken cancellationToken)
    {
        long bytes = 0;
        var entries = 0;
        try
        {
            foreach (var entry in FolderTree.Walk(folder))
            {
                cancellationToken.ThrowIfCancellationRequested();
                bytes += entry.Status.Kind is FileKind.Regular ? entry.Folder.AllocatedOf(entry.Own) : 0;
                if (++entries >= MostEntries)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It goes away while it is looked at, or belongs to somebody else.
        }

        return bytes;
    }
}
