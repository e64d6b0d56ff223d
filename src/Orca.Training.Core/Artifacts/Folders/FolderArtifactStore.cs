using System.Text;
using Orca.Training.Disk;
using Orca.Training.Files;
using Orca.Training.Jobs;
using static System.FormattableString;

namespace Orca.Training.Artifacts.Folders;

/// <summary>
/// Keeps what attempts produce in folders of this host, which their containers see as mounts:
/// <c>&lt;root&gt;/&lt;installation&gt;/&lt;job&gt;/&lt;attempt&gt;/output</c> is an attempt's own, and
/// <c>&lt;root&gt;/&lt;installation&gt;/&lt;job&gt;/checkpoint</c> its job's.
/// </summary>
/// <remarks>
/// What lies there was written by a training, which nobody here trusts: nothing but ordinary files is ever opened, and no link is
/// followed out of its folder.
/// </remarks>
public sealed class FolderArtifactStore : IArtifactStore, IOnDisk
{
    /// <summary>The most files and folders that an attempt can leave.</summary>
    internal int MaxEntries { get; init; } = Announcements.MaxEntries;

    private readonly string _root;
    private readonly FolderRemoval _removal = new();

    /// <summary>Uses a folder; it is made with the first attempt.</summary>
    /// <param name="root">The folder's path; a relative one is taken from the current folder.</param>
    public FolderArtifactStore(string root)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        _root = Path.GetFullPath(root);
    }

    /// <summary>Whether the folder is one that all hosts have, such as a network share. Default: it is not.</summary>
    public bool IsShared { get; init; }

    string IOnDisk.Folder => _root;

    /// <summary>Whether other users of the machine can read what is there. Default: they can not.</summary>
    public bool OthersCanRead { get; init; }

    /// <inheritdoc />
    public bool IsOnHost => true;

    /// <inheritdoc />
    public Task<AttemptPlaces> PrepareAsync(AttemptName attempt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        PrivateFolder.Make(_root, OthersCanRead);
        var mode = PrivateFolder.ModeFor(OthersCanRead);
        var job = JobFolder(attempt);
        Make(Path.GetDirectoryName(job)!, mode);
        Make(job, mode);
        Make(AttemptFolder(attempt), mode);

        // Who mounts them gives these two to whom the containers run as: nobody else is to write there.
        Make(OutputFolder(attempt), mode);
        var checkpoint = Path.Combine(job, "checkpoint");
        Make(checkpoint, mode);
        return Task.FromResult(new AttemptPlaces(FileUri.Of(OutputFolder(attempt)), FileUri.Of(checkpoint)));
    }

    /// <inheritdoc />
    /// <exception cref="IOException">The disk does not give a file.</exception>
    public async Task<IReadOnlyList<Artifact>> CollectAsync(
        AttemptName attempt,
        IReadOnlyList<AnnouncedArtifact> announced,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(announced);
        var output = OutputFolder(attempt);
        if (FileStatus.Of(output).Kind != FileKind.Folder)
        {
            throw new ArtifactException($"The output folder of attempt {attempt} is gone: something other than its training removed '{output}'.");
        }

        var files = FilesIn(output, cancellationToken);
        Announcements.RequireAll(announced, files.Select(f => f.Name));

        var artifacts = new List<Artifact>(files.Count);
        foreach (var file in files)
        {
            var content = await HashAsync(file, cancellationToken);
            artifacts.Add(new Artifact(file.Name, FileUri.Of(file.Path), content.Size, content.Sha256));
        }

        Announcements.Compare(announced, artifacts);
        return artifacts;
    }

    /// <inheritdoc />
    public Task<Stream> OpenAsync(Artifact artifact, long offset, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, artifact.Size);
        cancellationToken.ThrowIfCancellationRequested();
        var path = artifact.Location is { IsAbsoluteUri: true, IsFile: true } ? Path.GetFullPath(artifact.Location.LocalPath) : "";
        if (!path.StartsWith(_root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new ArtifactException($"The artifact '{artifact.Name}' lies at '{artifact.Location}', which is not in this store.");
        }

        var status = FileStatus.Of(path);
        if (status.Kind != FileKind.Regular)
        {
            throw Gone(artifact, status);
        }

        if (status.Size != artifact.Size)
        {
            throw new ArtifactException(Invariant($"The artifact '{artifact.Name}' at '{artifact.Location}' has changed since it was published: it had {artifact.Size} bytes and has {status.Size}."));
        }

        try
        {
            var stream = HashedCopy.OpenToRead(path);
            stream.Position = offset;
            return Task.FromResult<Stream>(stream);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Gone(artifact, default, e);
        }
    }

    /// <inheritdoc />
    public Uri OutputOf(AttemptName attempt) => FileUri.Of(OutputFolder(attempt));

    /// <inheritdoc />
    public async Task RemoveAsync(InstallationId installation, JobId job, int? exceptAttempt, CancellationToken cancellationToken)
    {
        var folder = JobFolder(installation, job);
        // No job's number holds a '~'.
        var aside = Path.Combine(Path.GetDirectoryName(folder)!, "~removed");
        await Task.Run(() => _removal.Remove(aside, job.ToString(), Removed(folder, exceptAttempt), cancellationToken), cancellationToken);
    }

    private static IEnumerable<string> Removed(string job, int? exceptAttempt)
    {
        var kept = exceptAttempt is { } number ? Path.Combine(job, Invariant($"{number}")) : null;
        return Directory.Exists(kept) ? Directory.GetDirectories(job).Where(f => f != kept) : [job];
    }

    private List<FolderEntry> FilesIn(string output, CancellationToken cancellationToken)
    {
        var files = new List<FolderEntry>();
        var entries = 0;
        foreach (var entry in FolderTree.Walk(output))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (++entries > MaxEntries)
            {
                throw new ArtifactException(Invariant($"The training left more than {MaxEntries} files and folders: pack them into one archive, or leave fewer."));
            }

            if (entry.Status.Kind is not (FileKind.Regular or FileKind.Folder))
            {
                throw new ArtifactException($"The training left {PlainName.Quoted(entry.Name)}, which is {entry.Status.Description}: only ordinary files can be published.");
            }

            CheckName(entry.Name);
            if (entry.Status.Kind == FileKind.Regular)
            {
                files.Add(entry);
            }
        }

        files.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return files;
    }

    private static void CheckName(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) > Announcements.MaxNameBytes)
        {
            throw new ArtifactException(Invariant($"The training left {PlainName.Quoted(name)}, whose name is longer than {Announcements.MaxNameBytes} bytes: give it a shorter one."));
        }

        // The replacement character is how the framework shows a name that is not UTF-8; such a file cannot be opened by its name.
        if (name.Any(c => char.IsControl(c) || c == '\uFFFD'))
        {
            throw new ArtifactException($"The training left {PlainName.Quoted(name)}, whose name is not printable text in UTF-8: give it another one.");
        }
    }

    private static async Task<ContentHash> HashAsync(FolderEntry file, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = HashedCopy.OpenToRead(file.Path);
            // The containers have ended, so nobody should write any more; if somebody put a link here since the walk, it shows.
            if (FileStatus.Of(stream.SafeFileHandle) is { } opened && opened != file.Status)
            {
                throw Changed(file.Name);
            }

            var content = await HashedCopy.HashAsync(stream, cancellationToken);
            return content.Size == file.Status.Size ? content : throw Changed(file.Name);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Changed(file.Name, e);
        }
    }

    private static ArtifactException Gone(Artifact artifact, FileStatus found, Exception? cause = null) =>
        new($"The artifact '{artifact.Name}' is no longer at '{artifact.Location}': what is there is {(found.Kind == FileKind.Missing ? "nothing" : found.Description)}.", cause);

    private static ArtifactException Changed(string name, Exception? cause = null) =>
        new($"'{name}' changed while it was being read, though its training has ended.", cause);

    private static void Make(string folder, UnixFileMode mode)
    {
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows())
        {
            // Set afterwards: the process's umask would take some of it away.
            File.SetUnixFileMode(folder, mode);
        }
    }

    private string JobFolder(InstallationId installation, JobId job) => PlainName.IsValid(installation.Value)
        ? Path.Combine(_root, installation.Value, job.ToString())
        : throw new ArgumentException($"The installation '{installation}' cannot be a folder's name: it must be {PlainName.Rule}.", nameof(installation));

    private string JobFolder(AttemptName attempt) => JobFolder(attempt.Installation, attempt.Attempt.Job);

    private string AttemptFolder(AttemptName attempt) => Path.Combine(JobFolder(attempt), Invariant($"{attempt.Attempt.Number}"));

    private string OutputFolder(AttemptName attempt) => Path.Combine(AttemptFolder(attempt), "output");
}
