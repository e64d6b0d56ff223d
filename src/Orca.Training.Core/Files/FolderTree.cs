using static System.FormattableString;

namespace Orca.Training.Files;

/// <summary>An entry below a folder.</summary>
/// <param name="Name">Its path from that folder, with forward slashes; what is no text in it is shown as <see cref="EntryName.Text"/> does.</param>
/// <param name="Own">Its own name, the last of that path.</param>
/// <param name="Folder">The folder it is in, open until the next entry is asked for.</param>
/// <param name="Status">What it is.</param>
/// <param name="Depth">How many names its path has.</param>
/// <param name="IsText">Whether all of its path is text.</param>
internal readonly record struct FolderEntry(string Name, EntryName Own, FolderHandle Folder, FileStatus Status, int Depth, bool IsText)
{
    /// <summary>Opens it to be read; it is a file.</summary>
    public FileStream Open() => Folder.OpenFile(Own);
}

/// <summary>Walks and deletes folders with all that is in them, never through a symbolic link.</summary>
internal static class FolderTree
{
    /// <summary>How deep a walk goes: each folder on the way down stays open.</summary>
    public const int DeepestWalk = 256;

    // Names are read in pieces, whatever a folder holds.
    private const int NamesAtOnce = 1024;

    /// <summary>Everything below a folder, each folder before what is in it; read as it is asked for, so that a caller can stop.</summary>
    /// <exception cref="IOException">It cannot be read, or goes deeper than <see cref="DeepestWalk"/>.</exception>
    public static IEnumerable<FolderEntry> Walk(string root)
    {
        var open = new Stack<Level>();
        try
        {
            open.Push(new Level(FolderHandle.Open(root), "", IsText: true));
            while (open.TryPeek(out var level))
            {
                if (!level.Names.MoveNext())
                {
                    open.Pop().Dispose();
                    continue;
                }

                var own = level.Names.Current;
                var entry = new FolderEntry(level.Prefix + own.Text, own, level.Folder, level.Folder.StatusOf(own), open.Count, level.IsText && own.IsText);
                yield return entry;
                if (entry.Status.Kind == FileKind.Folder)
                {
                    if (open.Count == DeepestWalk)
                    {
                        throw new IOException(Invariant($"{PlainName.Quoted(entry.Name)} is deeper than {DeepestWalk} folders."));
                    }

                    open.Push(new Level(level.Folder.OpenFolder(own), entry.Name + "/", entry.IsText));
                }
            }
        }
        finally
        {
            foreach (var level in open)
            {
                level.Dispose();
            }
        }
    }

    /// <summary>
    /// Deletes a folder, its read-only folders included, however many entries it has and however deep they are: what is in a folder of it is
    /// moved up to be next. None is no error.
    /// </summary>
    public static void Delete(string folder, CancellationToken cancellationToken = default)
    {
        if (FileStatus.Of(folder).Kind is not FileKind.Folder)
        {
            return;
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        using (var root = FolderHandle.Open(folder))
        {
            var moved = 0;
            while (Empty(root, root, ref moved, cancellationToken))
            {
            }
        }

        Directory.Delete(folder);
    }

    /// <summary>Deletes a piece of what is in a folder of the root, or in the root itself.</summary>
    /// <returns>Whether there was anything.</returns>
    private static bool Empty(FolderHandle root, FolderHandle folder, ref int moved, CancellationToken cancellationToken)
    {
        var names = folder.Names().Take(NamesAtOnce).ToList();
        foreach (var name in names)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var kind = folder.StatusOf(name).Kind;
            if (kind is FileKind.Missing)
            {
                continue;
            }

            if (kind is not FileKind.Folder)
            {
                folder.Delete(name);
            }
            else if (!folder.TryDeleteFolder(name))
            {
                folder.OpenUp(name);
                if (folder == root)
                {
                    EmptyInRoot(root, name, ref moved, cancellationToken);
                }
                else
                {
                    MoveUp(root, folder, name, ref moved);
                }
            }
        }

        return names.Count > 0;
    }

    private static void EmptyInRoot(FolderHandle root, EntryName name, ref int moved, CancellationToken cancellationToken)
    {
        using (var folder = root.OpenFolder(name))
        {
            while (Empty(root, folder, ref moved, cancellationToken))
            {
            }
        }

        _ = root.TryDeleteFolder(name);
    }

    private static void MoveUp(FolderHandle root, FolderHandle folder, EntryName name, ref int moved)
    {
        while (!folder.TryMove(name, root, new EntryName(Invariant($"~{moved++}"))))
        {
        }
    }

    private sealed record Level(FolderHandle Folder, string Prefix, bool IsText) : IDisposable
    {
        public IEnumerator<EntryName> Names { get; } = Folder.Names().GetEnumerator();

        public void Dispose()
        {
            Names.Dispose();
            Folder.Dispose();
        }
    }
}
