namespace Orca.Training.EndToEnd.Tests;

internal static class Files
{
    /// <summary>Deletes a folder although the snapshots in it are read-only.</summary>
    public static void DeleteReadOnly(DirectoryInfo folder)
    {
        foreach (var inner in folder.EnumerateDirectories("*", SearchOption.AllDirectories).Prepend(folder))
        {
            if (!OperatingSystem.IsWindows())
            {
                inner.UnixFileMode |= UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            }
        }

        folder.Delete(recursive: true);
    }
}
