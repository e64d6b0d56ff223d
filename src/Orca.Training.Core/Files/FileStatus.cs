using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orca.Training.Files;

/// <summary>What stands at a path.</summary>
internal enum FileKind
{
    Missing,
    Regular,
    Folder,
    SymbolicLink,
    Pipe,
    Socket,
    Device,
}

/// <summary>
/// What the file system says of one entry, without following a symbolic link and without opening it. Two equal statuses of a
/// path mean that its content has not been written in between.
/// </summary>
/// <remarks>
/// The framework tells links and folders apart, but not pipes and devices, and to open a pipe waits until somebody writes to it:
/// so on Linux the kernel is asked. <c>statx</c> is used because its result has one layout on every architecture. Elsewhere (a
/// developer's machine) the framework's own view must do.
/// </remarks>
internal readonly record struct FileStatus(FileKind Kind, long Size, ulong Device, ulong Inode, long Modified, long Changed)
{
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicFields = 0x7ff;
    private const int NoSuchEntry = 2;
    private const int NotAFolder = 20;

    /// <summary>A folder's size and times change with its entries, which are compared for themselves.</summary>
    public static readonly FileStatus AnyFolder = new(FileKind.Folder, 0, 0, 0, 0, 0);

    /// <summary>Asks about a path; nothing there is a status too.</summary>
    /// <exception cref="IOException">The file system does not answer.</exception>
    public static FileStatus Of(string path) =>
        OperatingSystem.IsLinux() ? Ask(CurrentFolder, new EntryName(path).ForKernel(), NoFollow, path) : Managed(path);

    /// <summary>Asks about a name in an open folder, by the kernel's handle of it.</summary>
    public static FileStatus In(int folder, EntryName name) => Ask(folder, name.ForKernel(), NoFollow, name.Text);

    /// <summary>Asks about an open file; null where only paths can be asked about.</summary>
    public static FileStatus? Of(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var isHeld = false;
        try
        {
            file.DangerousAddRef(ref isHeld);
            return Ask((int)file.DangerousGetHandle(), [0], EmptyPath, "");
        }
        finally
        {
            if (isHeld)
            {
                file.DangerousRelease();
            }
        }
    }

    /// <summary>How much of the disk what has a name in an open folder takes: a file with holes takes less than its size.</summary>
    public static long AllocatedIn(int folder, EntryName name) =>
        StatX(folder, name.ForKernel(), NoFollow, BasicFields, out var found) == 0 ? (long)found.Blocks * 512 : 0;

    /// <summary>What it is, for people, with its article.</summary>
    public string Description => Kind switch
    {
        FileKind.Missing => "missing",
        FileKind.Regular => "a file",
        FileKind.Folder => "a folder",
        FileKind.SymbolicLink => "a symbolic link",
        FileKind.Pipe => "a named pipe",
        FileKind.Socket => "a socket",
        _ => "a device",
    };

    private static FileStatus Ask(int folder, byte[] name, int flags, string shown)
    {
        if (StatX(folder, name, flags, BasicFields, out var found) == 0)
        {
            return new FileStatus(
                KindOf(found.Mode),
                (long)found.Size,
                ((ulong)found.DeviceMajor << 32) | found.DeviceMinor,
                found.Inode,
                Nanoseconds(found.ModifiedSeconds, found.ModifiedNanoseconds),
                Nanoseconds(found.ChangedSeconds, found.ChangedNanoseconds));
        }

        var error = Marshal.GetLastPInvokeError();
        return error is NoSuchEntry or NotAFolder
            ? default
            : throw new IOException($"The type of '{shown}' cannot be read: {Marshal.GetPInvokeErrorMessage(error)}.");
    }

    private static FileKind KindOf(ushort mode) => (mode & 0xF000) switch
    {
        0x8000 => FileKind.Regular,
        0x4000 => FileKind.Folder,
        0xA000 => FileKind.SymbolicLink,
        0x1000 => FileKind.Pipe,
        0xC000 => FileKind.Socket,
        _ => FileKind.Device,
    };

    private static long Nanoseconds(long seconds, uint nanoseconds) => unchecked(seconds * 1_000_000_000 + nanoseconds);

    private static FileStatus Managed(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists && !Directory.Exists(path) && file.LinkTarget is null)
        {
            return default;
        }

        var kind = file.Attributes.HasFlag(FileAttributes.ReparsePoint) ? FileKind.SymbolicLink
            : file.Attributes.HasFlag(FileAttributes.Directory) ? FileKind.Folder
            : file.Attributes.HasFlag(FileAttributes.Device) ? FileKind.Device
            : FileKind.Regular;
        return new FileStatus(kind, kind == FileKind.Regular ? file.Length : 0, 0, 0, file.LastWriteTimeUtc.Ticks, file.CreationTimeUtc.Ticks);
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(int folder, byte[] path, int flags, uint mask, out Found found);

    /// <summary>The kernel's <c>struct statx</c>: 256 bytes, of which these are of interest.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Found
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(48)]
        public ulong Blocks;

        [FieldOffset(96)]
        public long ChangedSeconds;

        [FieldOffset(104)]
        public uint ChangedNanoseconds;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
