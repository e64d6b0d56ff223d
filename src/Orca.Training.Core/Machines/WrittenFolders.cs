using System.Runtime.InteropServices;
using System.Text;

namespace Orca.Training.Machines;

/// <summary>
/// The folders that an attempt writes, given to whom its containers run as. They are its host's alone until then; so a runtime that mounts
/// them, on a host that runs as root, gives them away before the containers start, and no other user of the machine can write them.
/// </summary>
public static class WrittenFolders
{
    /// <summary>Gives the folders that are not for reading only to a user. On a host that is not root it does nothing: its containers run as itself.</summary>
    /// <param name="folders">The attempt's folders.</param>
    /// <param name="owner">Whom its containers run as.</param>
    /// <exception cref="IOException">The file system keeps no owners, or a folder is gone.</exception>
    public static void GiveTo(IEnumerable<FolderMount> folders, ArchiveOwner owner)
    {
        ArgumentNullException.ThrowIfNull(folders);
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return;
        }

        foreach (var folder in folders.Where(f => !f.IsReadOnly))
        {
            var path = new byte[Encoding.UTF8.GetByteCount(folder.HostPath) + 1];
            Encoding.UTF8.GetBytes(folder.HostPath, path);
            if (ChangeOwner(path, (uint)owner.User, (uint)owner.Group) != 0)
            {
                throw new IOException(
                    $"The owner of the folder '{folder.HostPath}' cannot be changed to user {owner.User}, the user of the container: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
            }
        }
    }

    [DllImport("libc", EntryPoint = "lchown", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ChangeOwner(byte[] path, uint user, uint group);
}
