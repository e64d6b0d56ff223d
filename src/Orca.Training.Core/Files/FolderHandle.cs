namespace Orca.Training.Files;

/// <summary>
/// An open folder. What is in it is reached relative to it, by one name at a time, and never through a symbolic link: whoever writes there
/// cannot lead us elsewhere, and no path is too long.
/// </summary>
internal abstract class FolderHandle : IDisposable
{
    /// <summary>Opens a folder of the host's own, which may lie behind links.</summary>
    /// <exception cref="IOException">It is not there, or no folder.</exception>
    public static FolderHandle Open(string path) => Libc.IsHere ? LinuxFolder.OpenPath(path) : new PathFolder(path);

    /// <summary>The names in it, in no order; read as they are asked for.</summary>
    public abstract IEnumerable<EntryName> Names();

    /// <summary>What stands under a name; nothing is a status too.</summary>
    public abstract FileStatus StatusOf(EntryName name);

    /// <summary>How much of the disk what stands under a name takes; where the system does not say, its size.</summary>
    public abstract long AllocatedOf(EntryName name);

    /// <summary>Opens a folder in it, no link to one.</summary>
    /// <exception cref="IOException">There is none of that name.</exception>
    public abstract FolderHandle OpenFolder(EntryName name);

    /// <summary>Opens a file in it to be read once from its start to its end. A pipe without a writer opens too, and is at its end.</summary>
    /// <exception cref="IOException">There is none of that name.</exception>
    public abstract FileStream OpenFile(EntryName name);

    /// <summary>What a symbolic link in it holds.</summary>
    public abstract byte[] ReadLink(EntryName name);

    /// <exception cref="EntryExistsException">Something has that name, or one that the file system takes for the same.</exception>
    public abstract FileStream CreateFile(EntryName name, UnixFileMode mode);

    /// <inheritdoc cref="CreateFile" />
    public abstract void CreateFolder(EntryName name);

    /// <inheritdoc cref="CreateFile" />
    public abstract void CreateSymbolicLink(EntryName name, ReadOnlySpan<byte> target);

    /// <summary>Gives a file of another folder a second name here.</summary>
    /// <inheritdoc cref="CreateFile" />
    public abstract void CreateHardLink(FolderHandle folder, EntryName file, EntryName name);

    /// <inheritdoc cref="CreateFile" />
    public abstract void CreatePipe(EntryName name);

    /// <summary>Deletes what is no folder. Nothing there is no error.</summary>
    public abstract void Delete(EntryName name);

    /// <summary>Deletes an empty folder; false if it is not empty. Nothing there is no error.</summary>
    public abstract bool TryDeleteFolder(EntryName name);

    /// <summary>Lets its owner read, write and enter a folder in it.</summary>
    public abstract void OpenUp(EntryName name);

    /// <summary>Moves a folder elsewhere on the same file system; false if another thing has the name there.</summary>
    public abstract bool TryMove(EntryName name, FolderHandle to, EntryName newName);

    /// <summary>Opens the folder at the end of a path of names below this one. The caller disposes it.</summary>
    public FolderHandle OpenBelow(IReadOnlyList<EntryName> names)
    {
        var open = Again();
        foreach (var name in names)
        {
            using var above = open;
            open = above.OpenFolder(name);
        }

        return open;
    }

    public void Dispose()
    {
        Dispose(isDisposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The same folder, opened once more.</summary>
    protected abstract FolderHandle Again();

    protected abstract void Dispose(bool isDisposing);
}

/// <summary>Something has that name already.</summary>
internal sealed class EntryExistsException(string message) : IOException(message);
