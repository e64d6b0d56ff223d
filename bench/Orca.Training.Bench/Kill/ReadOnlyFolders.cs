namespace Orca.Training.Bench.Kill;

/// <summary>Deletes folders of which some, like snapshots of datasets, are read-only.</summary>
internal static class ReadOnlyFolders
{
    public static void Delete(string folder)
    {
        var top = new DirectoryInfo(folder);
        foreach (var inner in top.EnumerateDirectories("*", SearchOption.AllDirectories).Prepend(top))
        {
            if (!OperatingSystem.IsWindows())
            {
                inner.UnixFileMode |= UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            }
        }

        top.Delete(recursive: true);
    }
}
