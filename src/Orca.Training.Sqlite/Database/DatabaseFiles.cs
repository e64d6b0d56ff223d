namespace Orca.Training.Sqlite.Database;

/// <summary>Whom the database's files belong to: what is in them is the host's user's alone, unless others are to read it.</summary>
internal static class DatabaseFiles
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    // SQLite gives its log and its index of it the rights of the database, when it makes them.
    private static readonly string[] Endings = ["", "-wal", "-shm", "-journal", "-host"];

    /// <summary>Makes the file, if there is none, and takes from others what they may not do, also with files that an earlier version made.</summary>
    /// <returns>The first file whose rights cannot be changed, since it belongs to another user; null if there is none.</returns>
    public static string? Prepare(string file, bool othersCanRead)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        var mode = othersCanRead ? Owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead : Owner;
        using (new FileStream(file, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, UnixCreateMode = mode }))
        {
        }

        foreach (var path in Endings.Select(e => file + e).Where(File.Exists))
        {
            var found = File.GetUnixFileMode(path);
            if ((found & Others & ~mode) == 0)
            {
                continue;
            }

            try
            {
                File.SetUnixFileMode(path, found & ~Others | (found & mode));
            }
            catch (UnauthorizedAccessException)
            {
                return path;
            }
        }

        return null;
    }
}
