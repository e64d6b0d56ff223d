using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Orca.Training.Files;

namespace Orca.Training.Datasets.Folders;

/// <summary>
/// One version in its folder: <c>files/</c> is what a training sees, <c>manifest.json</c> lies beside it. Both are read-only for
/// everybody, and readable for everybody, since a container runs as another user.
/// </summary>
internal sealed class Snapshot(string folder, DatasetVersion version)
{
    // Nothing but us sets this time, and every write moves it to the present: that a file was written to shows even when the
    // write came within the clock's grain after it was last looked at.
    private static readonly DateTime Sealed = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly string _manifest = Path.Combine(folder, "manifest.json");

    /// <summary>What a training sees.</summary>
    public string Files { get; } = Path.Combine(folder, "files");

    /// <summary>Whether it was published.</summary>
    public bool Exists => File.Exists(_manifest);

    /// <summary>Writes a snapshot into a folder, and seals it. What it is called is known afterwards.</summary>
    public static async Task<DatasetManifest> WriteAsync(string folder, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
    {
        var root = Path.Combine(folder, "files");
        Directory.CreateDirectory(root);
        var written = new List<SnapshotFile>(files.Count);
        foreach (var file in files)
        {
            var path = PathOf(root, file.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using var source = await file.Open(cancellationToken);
            await using (var target = Create(path))
            {
                var content = await HashedCopy.RunAsync(source, target, cancellationToken);
                target.Flush(flushToDisk: true);
                written.Add(new SnapshotFile(file.Name, content.Size, content.Sha256));
            }

            SealFile(path);
        }

        var manifest = new DatasetManifest(written);
        var manifestPath = Path.Combine(folder, "manifest.json");
        await using (var target = Create(manifestPath))
        {
            await manifest.WriteAsync(target, cancellationToken);
            target.Flush(flushToDisk: true);
        }

        SealFile(manifestPath);
        foreach (var entry in FolderTree.Walk(root).Where(e => e.Status.Kind == FileKind.Folder).Select(e => e.Name).ToList())
        {
            SealFolder(PathOf(root, entry));
        }

        SealFolder(root);
        return manifest;
    }

    /// <summary>Forbids writing into a folder; those in it keep their own rights.</summary>
    public static void SealFolder(string path) => SetMode(path, Execute | Read);

    /// <summary>Allows its owner to move a sealed folder, which writes its parent into it.</summary>
    public static void UnsealFolder(string path) => SetMode(path, Execute | Read | UnixFileMode.UserWrite);

    /// <summary>Looks at every entry, and opens none.</summary>
    /// <returns>The same bytes as long as nothing is written, added, removed or replaced.</returns>
    /// <exception cref="DatasetException">There is something that is no file and no folder.</exception>
    public byte[] Look(CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> numbers = stackalloc byte[40];
        foreach (var entry in Entries().OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var status = entry.Status.Kind == FileKind.Folder ? FileStatus.AnyFolder : entry.Status;
            BinaryPrimitives.WriteInt64LittleEndian(numbers, status.Size);
            BinaryPrimitives.WriteUInt64LittleEndian(numbers[8..], status.Device);
            BinaryPrimitives.WriteUInt64LittleEndian(numbers[16..], status.Inode);
            BinaryPrimitives.WriteInt64LittleEndian(numbers[24..], status.Modified);
            BinaryPrimitives.WriteInt64LittleEndian(numbers[32..], status.Changed);
            hash.AppendData(Encoding.UTF8.GetBytes(entry.Name + "\n"));
            hash.AppendData(numbers);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>Reads every file and holds it against the version's hash.</summary>
    /// <exception cref="DatasetException">A file differs, is missing or does not belong here.</exception>
    public async Task VerifyAsync(CancellationToken cancellationToken)
    {
        var manifest = await ReadManifestAsync(cancellationToken);
        var expected = manifest.Files.ToDictionary(f => f.Name, StringComparer.Ordinal);
        var folders = manifest.Files.SelectMany(f => DatasetNames.Folders(f.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in Entries())
        {
            if (entry.Status.Kind == FileKind.Folder)
            {
                if (!folders.Contains(entry.Name))
                {
                    throw Damaged(entry.Name, "does not belong to it");
                }
            }
            else if (!expected.Remove(entry.Name, out var file))
            {
                throw Damaged(entry.Name, "does not belong to it");
            }
            else if (entry.Status.Size != file.Size || await HashAsync(entry, cancellationToken) != file.Sha256)
            {
                throw Damaged(entry.Name, "has changed since it was stored");
            }
        }

        if (expected.Keys.Order(StringComparer.Ordinal).FirstOrDefault() is { } missing)
        {
            throw Damaged(missing, "is missing");
        }
    }

    /// <summary>What it consists of; null if it is not there, or no longer.</summary>
    /// <exception cref="DatasetException">Its manifest is no longer what it was.</exception>
    public async Task<DatasetManifest?> FindManifestAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ReadManifestAsync(cancellationToken);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Opens one of its files.</summary>
    /// <exception cref="DatasetException">It is not there as its manifest has it.</exception>
    public Stream OpenFile(SnapshotFile file)
    {
        var path = PathOf(Files, file.Name);
        var status = FileStatus.Of(path);
        return status.Kind == FileKind.Missing ? throw Damaged(file.Name, "is missing")
            : status.Kind != FileKind.Regular || status.Size != file.Size ? throw Damaged(file.Name, "has changed since it was stored")
            : HashedCopy.OpenToRead(path);
    }

    private async Task<DatasetManifest> ReadManifestAsync(CancellationToken cancellationToken)
    {
        await using var stream = HashedCopy.OpenToRead(_manifest);
        var manifest = await DatasetManifest.ReadAsync(stream, cancellationToken);
        return manifest?.Hash == version.Hash
            ? manifest
            : throw new DatasetException($"{Subject}: its manifest has changed since it was stored. Add the same files again to restore it.");
    }

    private IEnumerable<FolderEntry> Entries()
    {
        if (FileStatus.Of(Files) is { Kind: not FileKind.Folder } other)
        {
            throw new DatasetException($"{Subject}: its folder of files is {other.Description}. Add the same files again to restore it.");
        }

        return FolderTree.Walk(Files).Select(e => e.Status.Kind is FileKind.Regular or FileKind.Folder
            ? e
            : throw Damaged(e.Name, $"is {e.Status.Description}, and only files can belong to it"));
    }

    private string Subject => $"Dataset '{version.DatasetId}', version '{version.Hash}'";

    private DatasetException Damaged(string file, string what) =>
        new($"{Subject}: '{file}' {what}. Add the same files again to restore it.", file);

    private static async Task<string> HashAsync(FolderEntry file, CancellationToken cancellationToken)
    {
        await using var stream = file.Open();
        return (await HashedCopy.HashAsync(stream, cancellationToken)).Sha256;
    }

    private static FileStream Create(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        Share = FileShare.Read,
        Options = FileOptions.Asynchronous,
        BufferSize = 0,
    });

    private static string PathOf(string root, string name) => Path.Combine(root, name.Replace('/', Path.DirectorySeparatorChar));

    private static void SealFile(string path)
    {
        File.SetLastWriteTimeUtc(path, Sealed);
        SetMode(path, Read);
    }

    private const UnixFileMode Read = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }
}
