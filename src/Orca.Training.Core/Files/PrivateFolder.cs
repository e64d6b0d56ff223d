namespace Orca.Training.Files;

/// <summary>
/// Folders and files that other users of the machine cannot reach. A folder's root is enough: what is below it, whatever its own rights,
/// nobody else gets to, while an engine mounts it into containers by its own rights.
/// </summary>
internal static class PrivateFolder
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode OthersRead = UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>What a folder's rights are to be.</summary>
    public static UnixFileMode ModeFor(bool othersCanRead) => othersCanRead ? Owner | OthersRead : Owner;

    /// <summary>Makes a folder, and those above it that are missing, and takes from others what they may not do there.</summary>
    /// <param name="folder">Its path.</param>
    /// <param name="othersCanRead">Whether other users may read what is in it.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void Make(string folder, bool othersCanRead)
    {
        if (OperatingSystem.IsWindows())
        {
            // What is made there has the rights of the folder above it.
            Directory.CreateDirectory(folder);
            return;
        }

        var mode = ModeFor(othersCanRead);
        Directory.CreateDirectory(folder, mode);
        var found = File.GetUnixFileMode(folder);
        if ((found & ~mode & (OthersRead | OthersWrite)) != 0)
        {
            TakeFrom(folder, found & (mode | UnixFileMode.SetGroup | UnixFileMode.SetUser | UnixFileMode.StickyBit));
        }
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static void TakeFrom(string folder, UnixFileMode mode)
    {
        try
        {
            File.SetUnixFileMode(folder, mode);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(
                $"The folder '{folder}' is open to other users of this machine, and its rights cannot be changed because it belongs to another user: change its owner to the host's user, or set OrcaTraining:OtherUsersCanRead to true if this is intended.", e);
        }
    }
}
