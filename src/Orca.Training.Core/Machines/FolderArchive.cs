using System.Formats.Tar;
using Orca.Training.Artifacts;
using Orca.Training.Files;

namespace Orca.Training.Machines;

/// <summary>Folders as tar streams, for runtimes that copy them. Memory is bounded, whatever a folder holds.</summary>
public static class FolderArchive
{
    private const UnixFileMode Read = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Writes a folder as a tar stream whose first entry is the folder itself.</summary>
    /// <param name="folder">The folder's path on this host.</param>
    /// <param name="name">What it is called in the stream, such as <c>data</c>.</param>
    /// <param name="tar">Where to.</param>
    /// <param name="owner">Whom everything belongs to when it is unpacked.</param>
    /// <param name="isReadOnly">Whether its owner too can only read it.</param>
    /// <param name="cancellationToken">Gives up, in the midst of a file if need be.</param>
    /// <exception cref="ArtifactException">A training left a name in it that is no text.</exception>
    /// <exception cref="IOException">A file cannot be read, or the stream not written.</exception>
    public static async Task WriteAsync(
        string folder, string name, Stream tar, ArchiveOwner owner, bool isReadOnly, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(tar);
        var write = isReadOnly ? UnixFileMode.None : UnixFileMode.UserWrite;
        await using var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true);

        async Task PutAsync(TarEntryType type, string path, UnixFileMode mode, string? link = null, Stream? content = null)
        {
            var entry = new PaxTarEntry(type, path) { Uid = owner.User, Gid = owner.Group, Mode = mode | Read | write };
            if (link is not null)
            {
                entry.LinkName = link;
            }
            else if (content is not null)
            {
                entry.DataStream = content;
            }

            await writer.WriteEntryAsync(entry, cancellationToken);
        }

        await PutAsync(TarEntryType.Directory, name + "/", Execute);
        foreach (var entry in FolderTree.Walk(folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            LeftSoFar.RequireText(entry.Name, entry.IsText);
            var path = $"{name}/{entry.Name}";
            switch (entry.Status.Kind)
            {
                case FileKind.Folder:
                    await PutAsync(TarEntryType.Directory, path + "/", Execute);
                    break;
                case FileKind.SymbolicLink:
                    var target = new EntryName(entry.Folder.ReadLink(entry.Own));
                    LeftSoFar.RequireText($"{entry.Name} -> {target.Text}", target.IsText);
                    await PutAsync(TarEntryType.SymbolicLink, path, Execute, target.Text);
                    break;
                case FileKind.Regular:
                    await using (var content = entry.Open())
                    {
                        await PutAsync(TarEntryType.RegularFile, path, ExecuteOf(content), content: content);
                    }

                    break;
                default:
                    // A pipe, a socket or a device holds nothing that could be copied.
                    break;
            }
        }
    }

    /// <summary>
    /// Replaces a folder by what a tar stream holds, all or nothing: it is unpacked beside the folder, which makes way when all is there.
    /// The stream was made by a training, which nobody here trusts: nothing is written outside, nor through a link.
    /// </summary>
    /// <param name="folder">The folder's path on this host.</param>
    /// <param name="tar">A stream each of whose names begins with the folder's own, which is taken off: <c>output/model.pt</c> or <c>./model.pt</c>.</param>
    /// <param name="limits">The most that it may hold.</param>
    /// <param name="cancellationToken">Gives up; the folder stays as it was.</param>
    /// <exception cref="ArtifactException">It holds what cannot be brought here, such as a device, or too much.</exception>
    /// <exception cref="IOException">The host cannot store it, or the stream broke off.</exception>
    public static async Task ReplaceAsync(string folder, Stream tar, ArtifactLimits limits, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(tar);
        ArgumentNullException.ThrowIfNull(limits);
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var arriving = folder + ".arriving";
        FolderTree.Delete(arriving, cancellationToken);
        Directory.CreateDirectory(arriving);
        try
        {
            using (var root = FolderHandle.Open(arriving))
            {
                await new ArchiveUnpacking(root, limits).UnpackAsync(tar, cancellationToken);
            }

            if (Directory.Exists(folder))
            {
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(arriving, File.GetUnixFileMode(folder));
                }

                // Not half of it: what is to take its place is all there.
                FolderTree.Delete(folder, CancellationToken.None);
            }

            Directory.Move(arriving, folder);
        }
        finally
        {
            FolderTree.Delete(arriving, CancellationToken.None);
        }
    }

    private static UnixFileMode ExecuteOf(FileStream file) =>
        !OperatingSystem.IsWindows() && File.GetUnixFileMode(file.SafeFileHandle).HasFlag(UnixFileMode.UserExecute) ? Execute : UnixFileMode.None;
}

/// <summary>Whom files belong to, by number.</summary>
/// <param name="User">The user; 0 is root.</param>
/// <param name="Group">The group.</param>
public readonly record struct ArchiveOwner(int User, int Group);
