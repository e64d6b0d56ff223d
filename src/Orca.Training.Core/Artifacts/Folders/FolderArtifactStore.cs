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
public sealed class FolderArtifactStore : IArtifactStore, IInstallationFolders
{
    // Installation, job, attempt and 'output'.
    private const int OwnNames = 4;

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

    /// <summary>The most that an attempt may leave. Default <see cref="ArtifactLimits.Default"/>.</summary>
    public ArtifactLimits Limits { get; init; } = ArtifactLimits.Default;

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
        var checkpoint = CheckpointFolder(attempt);
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
        var left = LeftIn(attempt, cancellationToken);
        Announcements.RequireAll(announced, left.Files.Keys.Concat(left.Links.Keys));

        using var folder = FolderHandle.Open(output);
        var artifacts = new Dictionary<string, Artifact>(left.Files.Count + left.Links.Count, StringComparer.Ordinal);
        foreach (var (name, status) in left.Files)
        {
            var content = await HashAsync(folder, name, status, cancellationToken);
            artifacts.Add(name, new Artifact(name, FileUri.Of(PathOf(output, name)), content.Size, content.Sha256));
        }

        // The file itself, under another name: it was read once.
        foreach (var (link, file) in left.Links)
        {
            artifacts.Add(link, artifacts[file] with { Name = link });
        }

        Artifact[] sorted = [.. artifacts.Values.OrderBy(a => a.Name, StringComparer.Ordinal)];
        Announcements.Compare(announced, sorted);
        return sorted;
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<string>> FindLeftOutAsync(AttemptName attempt, CancellationToken cancellationToken) =>
        Task.FromResult(LeftIn(attempt, cancellationToken).LeftOut);

    /// <inheritdoc />
    public Task CheckCheckpointAsync(AttemptName attempt, CancellationToken cancellationToken)
    {
        var checkpoint = CheckpointFolder(attempt);
        var sum = new LeftSoFar(Limits);
        foreach (var entry in FileStatus.Of(checkpoint).Kind is FileKind.Folder ? FolderTree.Walk(checkpoint) : [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            sum.Add(entry);
        }

        return Task.CompletedTask;
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
            throw new ArtifactException($"The artifact '{artifact.Name}' is at '{artifact.Location}', which is not in this store.");
        }

        // The first four names are our own; what is below was a training's to name.
        var names = path[(_root.Length + 1)..].Split(Path.DirectorySeparatorChar);
        if (names.Length <= OwnNames)
        {
            throw new ArtifactException($"The artifact '{artifact.Name}' is at '{artifact.Location}', which is not in this store.");
        }

        try
        {
            using var output = FolderHandle.Open(Path.Combine([_root, .. names[..OwnNames]]));
            return Task.FromResult<Stream>(Open(output, [.. names[OwnNames..].Select(n => new EntryName(n))], artifact, offset));
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

    private LeftFiles LeftIn(AttemptName attempt, CancellationToken cancellationToken)
    {
        var output = OutputFolder(attempt);
        return FileStatus.Of(output).Kind is FileKind.Folder
            ? LeftFiles.In(output, Limits, cancellationToken)
            : throw new ArtifactException($"The output folder of attempt {attempt} was removed by something other than its training.");
    }

    private static FileStream Open(FolderHandle output, EntryName[] names, Artifact artifact, long offset)
    {
        using var folder = output.OpenBelow(names[..^1]);
        var status = folder.StatusOf(names[^1]);
        if (status.Kind != FileKind.Regular)
        {
            throw Gone(artifact, status);
        }

        if (status.Size != artifact.Size)
        {
            throw new ArtifactException(Invariant($"The artifact '{artifact.Name}' at '{artifact.Location}' has changed since it was published: it had {artifact.Size} bytes and has {status.Size}."));
        }

        var stream = folder.OpenFile(names[^1]);
        stream.Position = offset;
        return stream;
    }

    private static async Task<ContentHash> HashAsync(FolderHandle output, string name, FileStatus listed, CancellationToken cancellationToken)
    {
        EntryName[] names = [.. name.Split('/').Select(n => new EntryName(n))];
        try
        {
            using var folder = output.OpenBelow(names[..^1]);
            await using var stream = folder.OpenFile(names[^1]);
            // The containers have ended, so nobody should write any more; if somebody put something else here since the walk, it shows.
            if (FileStatus.Of(stream.SafeFileHandle) is { } opened && opened != listed)
            {
                throw Changed(name);
            }

            var content = await HashedCopy.HashAsync(stream, cancellationToken);
            return content.Size == listed.Size ? content : throw Changed(name);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Changed(name, e);
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

    private string CheckpointFolder(AttemptName attempt) => Path.Combine(JobFolder(attempt), "checkpoint");

    private static string PathOf(string folder, string name) => Path.Combine(folder, name.Replace('/', Path.DirectorySeparatorChar));

    private string OutputFolder(AttemptName attempt) => Path.Combine(AttemptFolder(attempt), "output");
}
