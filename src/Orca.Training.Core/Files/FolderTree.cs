namespace Orca.Training.Files;

/// <summary>An entry below a folder.</summary>
/// <param name="Name">Its path from that folder, with forward slashes.</param>
/// <param name="Path">Its path on this host.</param>
/// <param name="Status">What it is.</param>
internal readonly record struct FolderEntry(string Name, string Path, FileStatus Status);

/// <summary>Walks and deletes folders with all that is in them, never through a symbolic link.</summary>
internal static class FolderTree
{
    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
        RecurseSubdirectories = false,
    };

    /// <summary>Everything below a folder, each folder before what is in it; read as it is asked for, so that a caller can stop.</summary>
    public static IEnumerable<FolderEntry> Walk(string root)
    {
        var open = new Stack<(string Path, string Prefix)>();
        open.Push((root, ""));
        while (open.TryPop(out var folder))
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(folder.Path, "*", Everything))
            {
                var entry = new FolderEntry(folder.Prefix + Path.GetFileName(path), path, FileStatus.Of(path));
                yield return entry;
                if (entry.Status.Kind == FileKind.Folder)
                {
                    open.Push((path, entry.Name + "/"));
                }
            }
        }
    }

    /// <summary>Deletes a folder, its read-only folders included. None is no error.</summary>
    public static void Delete(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        if (!OperatingSystem.IsWindows())
        {
            MakeWritable(folder);
        }

        Directory.Delete(folder, recursive: true);
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static void MakeWritable(string folder)
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        File.SetUnixFileMode(folder, owner);
        foreach (var entry in Walk(folder))
        {
            if (entry.Status.Kind == FileKind.Folder)
            {
                File.SetUnixFileMode(entry.Path, owner);
            }
        }
    }
}
