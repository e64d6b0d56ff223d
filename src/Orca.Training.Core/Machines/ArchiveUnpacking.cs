using System.Buffers;
using Orca.Training.Artifacts;
using Orca.Training.Files;

namespace Orca.Training.Machines;

/// <summary>
/// Unpacks one tar stream into a folder that nobody else writes to. Each entry is made new, in a folder that is reached by handles, so that
/// no link, which is kept as it is, ever leads another entry elsewhere; a name that comes twice, or that the file system takes for one that
/// came, is refused, whatever either of them is.
/// </summary>
internal sealed class ArchiveUnpacking(FolderHandle root, ArtifactLimits limits)
{
    private const int BufferSize = 128 * 1024;

    // What a file system takes for a hole.
    private const int Hole = 4096;

    // What the kernel lets a link hold, less its end.
    private const int LongestTarget = 4095;

    private readonly LeftSoFar _sum = new(limits);

    public async Task UnpackAsync(Stream tar, CancellationToken cancellationToken)
    {
        try
        {
            var archive = new ArchiveReading(tar);
            while (await archive.NextAsync(cancellationToken) is { } entry)
            {
                await TakeAsync(archive, entry, cancellationToken);
            }
        }
        catch (InvalidDataException e)
        {
            throw new IOException($"The output of the training arrived as an invalid archive: {e.Message}.", e);
        }
        catch (EndOfStreamException e)
        {
            throw new IOException("The output of the training arrived as an incomplete archive.", e);
        }
    }

    private async Task TakeAsync(ArchiveReading archive, ArchiveEntry entry, CancellationToken cancellationToken)
    {
        var names = NamesIn(entry.Name);
        if (names.Length == 0)
        {
            return;
        }

        var name = string.Join('/', names);
        // Before any of it is read; the second name of a file counts like the first.
        _sum.Add(name, entry.Kind is ArchiveEntryKind.File ? entry.Size : 0);
        using var folder = OpenFolderOf(names, name);
        try
        {
            switch (entry.Kind)
            {
                case ArchiveEntryKind.Folder:
                    folder.CreateFolder(names[^1]);
                    break;
                case ArchiveEntryKind.File:
                    await WriteAsync(archive, entry, folder, names[^1], cancellationToken);
                    break;
                case ArchiveEntryKind.HardLink:
                    LinkFile(entry, folder, names[^1], name);
                    break;
                case ArchiveEntryKind.SymbolicLink when entry.Target.Length is > 0 and <= LongestTarget && !entry.Target.Contains((byte)0):
                    folder.CreateSymbolicLink(names[^1], entry.Target);
                    break;
                case ArchiveEntryKind.Pipe:
                    folder.CreatePipe(names[^1]);
                    break;
                default:
                    throw new ArtifactException($"The training left {PlainName.Quoted(name)}, which is not a file, folder or link and cannot be copied to this host.");
            }
        }
        catch (EntryExistsException e)
        {
            throw new ArtifactException($"The training left {PlainName.Quoted(name)} twice, or in two spellings that are the same for this host's file system.", e);
        }
    }

    private void LinkFile(ArchiveEntry entry, FolderHandle folder, EntryName own, string name)
    {
        var target = NamesIn(entry.Target);
        if (target.Length > 0)
        {
            using var there = OpenFolderOf(target, string.Join('/', target));
            if (there.StatusOf(target[^1]) is { Kind: FileKind.Regular } file)
            {
                _sum.AddBytes(name, file.Size);
                folder.CreateHardLink(there, target[^1], own);
                return;
            }
        }

        throw new ArtifactException($"The training left {PlainName.Quoted(name)} as a hard link to a file that is not in the output.");
    }

    private static async Task WriteAsync(ArchiveReading archive, ArchiveEntry entry, FolderHandle folder, EntryName name, CancellationToken cancellationToken)
    {
        // The host's own file: what its training's user might do with it is of no use here, but a program stays one.
        const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        await using var file = folder.CreateFile(name, entry.IsProgram ? Readable | UnixFileMode.UserExecute : Readable);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int filled;
            while ((filled = await FillAsync(archive, buffer, cancellationToken)) > 0)
            {
                await WriteButHolesAsync(file, buffer.AsMemory(0, filled), cancellationToken);
            }

            file.SetLength(entry.Size);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Fills the buffer, but for the last piece, so that what is a hole is found at the same places.</summary>
    private static async ValueTask<int> FillAsync(ArchiveReading archive, byte[] buffer, CancellationToken cancellationToken)
    {
        var filled = 0;
        int read;
        while (filled < BufferSize && (read = await archive.ReadAsync(buffer.AsMemory(filled, BufferSize - filled), cancellationToken)) > 0)
        {
            filled += read;
        }

        return filled;
    }

    /// <summary>An archive writes zeros where a file has holes: they stay holes, so that they take no room here either.</summary>
    private static async ValueTask WriteButHolesAsync(FileStream file, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        while (content.Length > 0)
        {
            var zeros = content.Span.IndexOfAnyExcept((byte)0) is var end && end < 0 ? content.Length : end / Hole * Hole;
            file.Seek(zeros, SeekOrigin.Current);
            content = content[zeros..];
            var data = NextHole(content.Span);
            await file.WriteAsync(content[..data], cancellationToken);
            content = content[data..];
        }
    }

    private static int NextHole(ReadOnlySpan<byte> content)
    {
        for (var at = 0; at + Hole <= content.Length; at += Hole)
        {
            if (content.Slice(at, Hole).IndexOfAnyExcept((byte)0) < 0)
            {
                return at;
            }
        }

        return content.Length;
    }

    private FolderHandle OpenFolderOf(EntryName[] names, string name)
    {
        try
        {
            return root.OpenBelow(names[..^1]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArtifactException($"The training left {PlainName.Quoted(name)} in a folder that is not in the output.", e);
        }
    }

    /// <summary>The names below the folder, which is what the first part of each path stands for.</summary>
    private static EntryName[] NamesIn(ReadOnlySpan<byte> path)
    {
        var text = EntryName.TextOf(path);
        var names = new List<EntryName>();
        var isSafe = true;
        var trimmed = path.TrimEnd((byte)'/');
        foreach (var range in trimmed.Split((byte)'/'))
        {
            var part = new EntryName(trimmed[range]);
            isSafe &= part.Bytes.Length > 0 && !part.Bytes.SequenceEqual(".."u8) && !part.Bytes.Contains((byte)0)
                && (names.Count == 0 || !part.Bytes.SequenceEqual("."u8))
                && (!OperatingSystem.IsWindows() || part.Text.IndexOfAny(Path.GetInvalidFileNameChars()) < 0);
            names.Add(part);
        }

        if (!isSafe)
        {
            throw new ArtifactException($"The training left {PlainName.Quoted(text)}, which is not a path below its folder.");
        }

        LeftSoFar.RequireText(text, names.TrueForAll(n => n.IsText));
        return [.. names.Skip(1)];
    }
}
