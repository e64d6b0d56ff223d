using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static System.FormattableString;

namespace Orca.Training.Files;

/// <summary>A folder by the kernel's own handle.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal sealed class LinuxFolder : FolderHandle
{
    // Of the kernel's struct dirent: inode and offset of 8 bytes, the length of 2, the kind of 1.
    private const int NameInEntry = 19;

    // What the kernel lets a link hold.
    private const int LongestLink = 4096;

    private readonly SafeFileHandle _handle;

    private LinuxFolder(int handle) => _handle = new SafeFileHandle(handle, ownsHandle: true);

    public static LinuxFolder OpenPath(string path)
    {
        var name = new EntryName(path);
        return new LinuxFolder(Opened(Libc.OpenAt(Libc.CurrentFolder, name.ForKernel(), Libc.Folder | Libc.CloseOnExec, 0), name));
    }

    public override IEnumerable<EntryName> Names()
    {
        // A handle of its own, since reading moves it on.
        var handle = Opened(Ask(OpenItself), new EntryName("."));
        var listing = Libc.OpenListing(handle);
        if (listing == 0)
        {
            var fault = Libc.Fault("A folder cannot be listed");
            _ = Libc.Close(handle);
            throw fault;
        }

        try
        {
            while (true)
            {
                var entry = Libc.ReadListing(listing);
                if (entry == 0)
                {
                    var error = Marshal.GetLastPInvokeError();
                    if (error != 0)
                    {
                        throw Libc.FaultOf(error, "A folder cannot be listed to its end");
                    }

                    yield break;
                }

                var name = NameAt(entry + NameInEntry);
                if (!name.Bytes.SequenceEqual("."u8) && !name.Bytes.SequenceEqual(".."u8))
                {
                    yield return name;
                }
            }
        }
        finally
        {
            _ = Libc.CloseListing(listing);
        }
    }

    public override FileStatus StatusOf(EntryName name) => Ask(h => FileStatus.In(h, name));

    public override long AllocatedOf(EntryName name) => Ask(h => FileStatus.AllocatedIn(h, name));

    public override FolderHandle OpenFolder(EntryName name) =>
        new LinuxFolder(Opened(Ask(h => Libc.OpenAt(h, name.ForKernel(), Libc.Folder | Libc.NoFollow | Libc.CloseOnExec, 0)), name));

    public override FileStream OpenFile(EntryName name)
    {
        // Without waiting: a pipe would wait for somebody to write into it.
        var flags = Libc.NoFollow | Libc.NonBlocking | Libc.CloseOnExec;
        return new FileStream(new SafeFileHandle(Opened(Ask(h => Libc.OpenAt(h, name.ForKernel(), flags, 0)), name), ownsHandle: true), FileAccess.Read, bufferSize: 0);
    }

    public override byte[] ReadLink(EntryName name)
    {
        var target = new byte[LongestLink];
        var length = (int)Ask(h => Libc.ReadLinkAt(h, name.ForKernel(), target, target.Length));
        return length >= 0 ? target[..length] : throw Fault(name);
    }

    public override FileStream CreateFile(EntryName name, UnixFileMode mode)
    {
        var flags = Libc.WriteOnly | Libc.Create | Libc.Exclusive | Libc.NoFollow | Libc.CloseOnExec;
        return new FileStream(new SafeFileHandle(Opened(Ask(h => Libc.OpenAt(h, name.ForKernel(), flags, (uint)mode)), name), ownsHandle: true), FileAccess.Write, bufferSize: 0);
    }

    public override void CreateFolder(EntryName name) => Require(Ask(h => Libc.MakeFolderAt(h, name.ForKernel(), 0x1ED)), name);

    public override void CreateSymbolicLink(EntryName name, ReadOnlySpan<byte> target)
    {
        byte[] held = [.. target, 0];
        Require(Ask(h => Libc.SymbolicLinkAt(held, h, name.ForKernel())), name);
    }

    public override void CreateHardLink(FolderHandle folder, EntryName file, EntryName name) =>
        Require(((LinuxFolder)folder).Ask(from => Ask(h => Libc.LinkAt(from, file.ForKernel(), h, name.ForKernel(), 0))), name);

    public override void CreatePipe(EntryName name) => Require(Ask(h => Libc.MakePipeAt(h, name.ForKernel(), 0x1A4)), name);

    public override void Delete(EntryName name)
    {
        if (Ask(h => Libc.UnlinkAt(h, name.ForKernel(), 0)) < 0 && Marshal.GetLastPInvokeError() != Libc.NoSuchEntry)
        {
            throw Fault(name);
        }
    }

    public override bool TryDeleteFolder(EntryName name)
    {
        if (Ask(h => Libc.UnlinkAt(h, name.ForKernel(), Libc.RemoveFolder)) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() switch
        {
            Libc.NoSuchEntry => true,
            Libc.NotEmpty or Libc.Exists => false,
            _ => throw Fault(name),
        };
    }

    public override void OpenUp(EntryName name)
    {
        // Only a path can be given other rights without following a link at its end: the one of a handle is no link.
        var flags = Libc.PathOnly | Libc.Folder | Libc.NoFollow | Libc.CloseOnExec;
        using var folder = new SafeFileHandle(Opened(Ask(h => Libc.OpenAt(h, name.ForKernel(), flags, 0)), name), ownsHandle: true);
        File.SetUnixFileMode(Invariant($"/proc/self/fd/{folder.DangerousGetHandle()}"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public override bool TryMove(EntryName name, FolderHandle to, EntryName newName)
    {
        if (((LinuxFolder)to).Ask(there => Ask(h => Libc.RenameAt(h, name.ForKernel(), there, newName.ForKernel()))) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() switch
        {
            Libc.NoSuchEntry => true,
            Libc.NotEmpty or Libc.Exists or Libc.NotAFolder or Libc.IsAFolder => false,
            _ => throw Fault(name),
        };
    }

    protected override FolderHandle Again() =>
        new LinuxFolder(Opened(Ask(OpenItself), new EntryName(".")));

    protected override void Dispose(bool isDisposing) => _handle.Dispose();

    private static int OpenItself(int handle) => Libc.OpenAt(handle, [(byte)'.', 0], Libc.Folder | Libc.CloseOnExec, 0);

    private static EntryName NameAt(nint text)
    {
        var length = 0;
        while (Marshal.ReadByte(text, length) != 0)
        {
            length++;
        }

        var name = new byte[length];
        Marshal.Copy(text, name, 0, length);
        return new EntryName(name);
    }

    private static int Opened(int handle, EntryName name) => handle >= 0 ? handle : throw Fault(name);

    private static void Require(int result, EntryName name)
    {
        if (result < 0)
        {
            throw Fault(name);
        }
    }

    private static Exception Fault(EntryName name) => Libc.Fault(PlainName.Quoted(name.Text));

    private T Ask<T>(Func<int, T> call)
    {
        var isHeld = false;
        try
        {
            _handle.DangerousAddRef(ref isHeld);
            return call((int)_handle.DangerousGetHandle());
        }
        finally
        {
            if (isHeld)
            {
                _handle.DangerousRelease();
            }
        }
    }
}
