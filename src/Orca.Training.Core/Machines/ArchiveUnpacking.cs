using System.Formats.Tar;
using Orca.Training.Artifacts;
using Orca.Training.Files;
using static System.FormattableString;

namespace Orca.Training.Machines;

/// <summary>
/// Unpacks one tar stream into an empty folder. Entries lie only in folders that this stream brought, so that no link, which is kept
/// as it is, ever leads a later entry elsewhere.
/// </summary>
internal sealed class ArchiveUnpacking(string root)
{
    // What a result may hold is the store's to say; this only keeps a stream without end from filling memory and disk with names.
    private const int MostEntries = 100_000;

    private readonly HashSet<string> _folders = new(StringComparer.Ordinal) { "" };
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);

    public async Task UnpackAsync(Stream tar, CancellationToken cancellationToken)
    {
        try
        {
            await using var reader = new TarReader(tar, leaveOpen: true);
            for (var entries = 0; await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry; entries++)
            {
                if (entries == MostEntries)
                {
                    throw new ArtifactException(Invariant($"The training left more than {MostEntries} files and folders: pack them into one archive, or leave fewer."));
                }

                await TakeAsync(entry, cancellationToken);
            }
        }
        catch (Exception e) when (e is InvalidDataException or FormatException)
        {
            throw new IOException($"What the training left came as no valid archive: {e.Message}", e);
        }
    }

    private async Task TakeAsync(TarEntry entry, CancellationToken cancellationToken)
    {
        var name = NameWithin(entry.Name);
        if (name.Length == 0)
        {
            return;
        }

        var path = PlaceOf(name);
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                Directory.CreateDirectory(path);
                _folders.Add(name);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                await WriteAsync(entry, path, cancellationToken);
                _files.Add(name);
                break;
            case TarEntryType.HardLink when _files.Contains(NameWithin(entry.LinkName)):
                File.Copy(PlaceOf(NameWithin(entry.LinkName)), path);
                _files.Add(name);
                break;
            case TarEntryType.SymbolicLink when !OperatingSystem.IsWindows():
                File.CreateSymbolicLink(path, entry.LinkName);
                break;
            default:
                throw new ArtifactException($"The training left {PlainName.Quoted(name)}, which is neither a file nor a folder ({entry.EntryType}) and cannot be brought to this host.");
        }
    }

    private static async Task WriteAsync(TarEntry entry, string path, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            // The host's own file: what its training's user might do with it is of no use here, but a program stays one.
            const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            options.UnixCreateMode = Readable | (entry.Mode & UnixFileMode.UserExecute);
        }

        await using var file = new FileStream(path, options);
        if (entry.DataStream is { } content)
        {
            await content.CopyToAsync(file, cancellationToken);
        }
    }

    private string PlaceOf(string name)
    {
        var end = name.LastIndexOf('/');
        return _folders.Contains(end < 0 ? "" : name[..end])
            ? Path.Combine(root, name.Replace('/', Path.DirectorySeparatorChar))
            : throw new ArtifactException($"The training left {PlainName.Quoted(name)} in a folder that did not come with it.");
    }

    /// <summary>The name below the folder, which is what the first part of each name stands for.</summary>
    private static string NameWithin(string name)
    {
        var parts = name.TrimEnd('/').Split('/');
        var isSafe = parts.Skip(1).All(p => p is not ("" or "." or "..") && (!OperatingSystem.IsWindows() || p.IndexOfAny(Path.GetInvalidFileNameChars()) < 0));
        return isSafe && parts[0] is not ("" or "..")
            ? string.Join('/', parts.Skip(1))
            : throw new ArtifactException($"The training left {PlainName.Quoted(name)}, which is no name of a file below its folder.");
    }
}
