using Orca.Training.Disk;
using Orca.Training.Files;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using static System.FormattableString;

namespace Orca.Training.Logs.Folders;

/// <summary>
/// Keeps logs in folders of this host, as text: <c>&lt;root&gt;/&lt;installation&gt;/&lt;job&gt;/&lt;attempt&gt;/</c> holds the files
/// of an attempt, and <c>cat 0-*.log</c> there shows what its rank 0 printed. Of a log that grows too large the first quarter and the
/// end are kept.
/// </summary>
/// <remarks>
/// Several processes may use a folder, each reading what the others write; one log is written by one of them at a time. What was
/// appended outlives the process at once, and the machine once its system has written it to the disk. No file stays open.
/// </remarks>
public sealed class FolderLogStore : ILogStore, IInstallationFolders
{
    /// <summary>The least that a log's maximum size can be, in bytes.</summary>
    public const long LeastMaxBytes = 64 * 1024;

    private const long UsualMaxBytes = 64L << 20;

    // A file can be let go of between its listing and its opening, a few times in a row when a training prints very much.
    private const int Tries = 5;

    // How often a reader looks for what another process may have written.
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(200);

    private readonly string _root;
    private readonly FolderRemoval _removal = new();
    private readonly TimeProvider _time;
    private readonly LogAppenders _appenders;
    private readonly LogWaiters _waiters = new();

    /// <summary>Uses a folder; it is made with the first entry.</summary>
    /// <param name="root">The folder's path; a relative one is taken from the current folder.</param>
    /// <param name="time">The clock that waiting goes by.</param>
    /// <param name="maxBytes">The most that the log of one rank of an attempt takes. Default 64 MiB.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxBytes"/> is less than <see cref="LeastMaxBytes"/>.</exception>
    public FolderLogStore(string root, TimeProvider time, long maxBytes = UsualMaxBytes)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, LeastMaxBytes);
        _root = Path.GetFullPath(root);
        _time = time;
        var sizes = new FolderLogSizes(maxBytes);
        _appenders = new LogAppenders((folder, rank) => new LogAppender(folder, rank, sizes, _root, OthersCanRead));
    }

    /// <summary>Whether the folder is one that all hosts have, such as a network share. Default: it is not.</summary>
    public bool IsShared { get; init; }

    string IOnDisk.Folder => _root;

    /// <summary>Whether other users of the machine can read what is there. Default: they can not.</summary>
    public bool OthersCanRead { get; init; }

    /// <inheritdoc />
    public async ValueTask AppendAsync(AttemptName attempt, int rank, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var folder = FolderOf(attempt, rank);
        await _appenders.UseAsync(folder, rank, a => a.Append(entries), cancellationToken);
        _waiters.Wake(folder, rank);
    }

    /// <inheritdoc />
    public async ValueTask<OutputPosition> GetEndAsync(AttemptName attempt, int rank, CancellationToken cancellationToken) =>
        await _appenders.UseAsync(FolderOf(attempt, rank), rank, static a => a.ReadEnd(), cancellationToken);

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<LogEntry>> ReadAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
        await ReadAsync(attempt, rank, reader => reader.Read(after), cancellationToken);

    /// <inheritdoc />
    public async ValueTask<OutputPosition> FindLastAsync(AttemptName attempt, int rank, long count, OutputStream? stream, CancellationToken cancellationToken) =>
        await ReadAsync(attempt, rank, reader => reader.FindLast(count, stream, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public async ValueTask WaitAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken)
    {
        var folder = FolderOf(attempt, rank);
        (int Segments, long Length)? seen = null;
        while (true)
        {
            using var waiter = _waiters.Add(folder, rank);
            var look = await ReadAsync(attempt, rank, static reader => reader.Look(), cancellationToken);
            if (look != seen && await ReadAsync(attempt, rank, reader => reader.HasAfter(after), cancellationToken))
            {
                return;
            }

            seen = look;
            if (await waiter.WaitAsync(LookPeriod, _time, cancellationToken))
            {
                return;
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask RemoveAsync(InstallationId installation, JobId job, CancellationToken cancellationToken)
    {
        var folder = FolderOf(installation, job);
        // No job's number holds a '~'.
        var aside = Path.Combine(Path.GetDirectoryName(folder)!, "~removed");
        await Task.Run(() => _removal.Remove(aside, job.ToString(), [folder], cancellationToken), cancellationToken);
    }

    // On a thread that may wait for the disk: the caller's may be one that others wait for.
    private async ValueTask<T> ReadAsync<T>(AttemptName attempt, int rank, Func<LogReader, T> read, CancellationToken cancellationToken)
    {
        var reader = new LogReader(FolderOf(attempt, rank), rank);
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await Task.Run(() => read(reader), cancellationToken);
            }
            catch (Exception e) when (tries < Tries && (e is FileNotFoundException or DirectoryNotFoundException))
            {
                // It was let go of.
            }
        }
    }

    private string FolderOf(AttemptName attempt, int rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        return Path.Combine(FolderOf(attempt.Installation, attempt.Attempt.Job), Invariant($"{attempt.Attempt.Number}"));
    }

    private string FolderOf(InstallationId installation, JobId job) => PlainName.IsValid(installation.Value)
        ? Path.Combine(_root, installation.Value, job.ToString())
        : throw new ArgumentException($"The installation '{installation}' cannot be a folder's name: it must be {PlainName.Rule}.", nameof(installation));
}
