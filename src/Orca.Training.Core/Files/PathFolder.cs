using System.Text;

namespace Orca.Training.Files;

/// <summary>A folder by its path, where there is no handle of one: on a developer's machine. Its names are text, and its links are looked for beforehand.</summary>
internal sealed class PathFolder(string path) : FolderHandle
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false, RecurseSubdirectories = false };

    public override IEnumerable<EntryName> Names() => Directory.EnumerateFileSystemEntries(path, "*", Everything).Select(p => new EntryName(Path.GetFileName(p)));

    public override FileStatus StatusOf(EntryName name) => FileStatus.Of(Of(name));

    public override long AllocatedOf(EntryName name) => StatusOf(name).Size;

    public override FolderHandle OpenFolder(EntryName name) =>
        StatusOf(name).Kind is FileKind.Folder ? new PathFolder(Of(name)) : throw new DirectoryNotFoundException($"'{name}' is no folder.");

    public override FileStream OpenFile(EntryName name) =>
        StatusOf(name).Kind is FileKind.Regular ? HashedCopy.OpenToRead(Of(name)) : throw new FileNotFoundException($"'{name}' is no file.");

    public override byte[] ReadLink(EntryName name) => Encoding.UTF8.GetBytes(new FileInfo(Of(name)).LinkTarget ?? "");

    public override FileStream CreateFile(EntryName name, UnixFileMode mode)
    {
        RequireNew(name);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        return new FileStream(Of(name), options);
    }

    public override void CreateFolder(EntryName name)
    {
        RequireNew(name);
        Directory.CreateDirectory(Of(name));
    }

    public override void CreateSymbolicLink(EntryName name, ReadOnlySpan<byte> target)
    {
        RequireNew(name);
        File.CreateSymbolicLink(Of(name), EntryName.TextOf(target));
    }

    public override void CreateHardLink(FolderHandle folder, EntryName file, EntryName name)
    {
        RequireNew(name);
        File.Copy(((PathFolder)folder).Of(file), Of(name));
    }

    public override void CreatePipe(EntryName name) => throw new PlatformNotSupportedException($"'{name}' is a pipe, which this system does not support.");

    public override void Delete(EntryName name) => File.Delete(Of(name));

    public override bool TryDeleteFolder(EntryName name)
    {
        Directory.Delete(Of(name), recursive: true);
        return true;
    }

    public override void OpenUp(EntryName name)
    {
    }

    public override bool TryMove(EntryName name, FolderHandle to, EntryName newName) => throw new NotSupportedException("A folder is deleted as a whole here.");

    protected override FolderHandle Again() => new PathFolder(path);

    protected override void Dispose(bool isDisposing)
    {
    }

    private string Of(EntryName name) => Path.Combine(path, name.Text);

    // Whatever its kind; the file system says which spellings are the same to it.
    private void RequireNew(EntryName name)
    {
        if (StatusOf(name).Kind is not FileKind.Missing)
        {
            throw new EntryExistsException($"'{name}' is there already.");
        }
    }
}
