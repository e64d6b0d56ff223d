using System.Runtime.InteropServices;

namespace Orca.Training.Files;

/// <summary>The kernel's calls that take a folder and a name in it; the framework has none. Linux with 64 bits.</summary>
internal static class Libc
{
    public const int CurrentFolder = -100;
    public const int RemoveFolder = 0x200;

    public const int NoSuchEntry = 2;
    public const int Denied = 13;
    public const int Exists = 17;
    public const int NotAFolder = 20;
    public const int IsAFolder = 21;
    public const int NotPermitted = 1;
    public const int NotEmpty = 39;

    public const int WriteOnly = 1;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int PathOnly = 0x200000;

    // Two of the flags have other values on some processors.
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm or Architecture.Ppc64le;

    public static readonly int Folder = IsArm ? 0x4000 : 0x10000;
    public static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;

    /// <summary>Whether the calls can be made here.</summary>
    [System.Runtime.Versioning.SupportedOSPlatformGuard("linux")]
    public static readonly bool IsHere = OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>The fault of the last call, in the framework's types.</summary>
    public static Exception Fault(string what) => FaultOf(Marshal.GetLastPInvokeError(), what);

    public static Exception FaultOf(int error, string what)
    {
        var message = $"{what}: {Marshal.GetPInvokeErrorMessage(error)}.";
        return error switch
        {
            NoSuchEntry => new FileNotFoundException(message),
            Exists => new EntryExistsException(message),
            Denied or NotPermitted => new UnauthorizedAccessException(message),
            _ => new IOException(message),
        };
    }

    [DllImport("libc", EntryPoint = "openat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int OpenAt(int folder, byte[] name, int flags, uint mode);

    [DllImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int MakeFolderAt(int folder, byte[] name, uint mode);

    [DllImport("libc", EntryPoint = "mkfifoat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int MakePipeAt(int folder, byte[] name, uint mode);

    [DllImport("libc", EntryPoint = "symlinkat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int SymbolicLinkAt(byte[] target, int folder, byte[] name);

    [DllImport("libc", EntryPoint = "linkat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int LinkAt(int folder, byte[] file, int newFolder, byte[] name, int flags);

    [DllImport("libc", EntryPoint = "readlinkat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern nint ReadLinkAt(int folder, byte[] name, byte[] target, nint size);

    [DllImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int UnlinkAt(int folder, byte[] name, int flags);

    [DllImport("libc", EntryPoint = "renameat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int RenameAt(int folder, byte[] name, int newFolder, byte[] newName);

    [DllImport("libc", EntryPoint = "fdopendir", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern nint OpenListing(int folder);

    [DllImport("libc", EntryPoint = "readdir", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern nint ReadListing(nint listing);

    [DllImport("libc", EntryPoint = "closedir")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int CloseListing(nint listing);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Close(int file);
}
