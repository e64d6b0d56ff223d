using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Orca.Training.Disk;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Committing;
using Orca.Training.Sqlite.Database;
using Orca.Training.Sqlite.Image;

namespace Orca.Training.Sqlite;

/// <summary>Jobs in a SQLite file, for one host. What is open is also kept in memory, so that only writes and old jobs meet the disk.</summary>
internal sealed partial class SqliteJobStore : IJobStore, IOnDisk, IAsyncDisposable, IDisposable
{
    private readonly SqliteJobStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly JobReader _reader;
    private readonly WriteQueue _writes;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private Opened? _opened;
    private bool _isDisposed;

    public SqliteJobStore(SqliteJobStoreOptions options, TimeProvider time, ILogger logger)
    {
        _options = options.Copy();
        _time = time;
        _logger = logger;
        _reader = new JobReader(_options);
        _writes = new WriteQueue(CarryOutAsync);
    }

    /// <inheritdoc />
    public bool IsDurable => true;

    public bool IsShared => false;

    internal string File => _options.File;

    string IOnDisk.Folder => Path.GetDirectoryName(Path.GetFullPath(_options.File))!;

    /// <summary>Opens the database, once; every call does it where nobody has before.</summary>
    /// <exception cref="SqliteStoreException">Another host uses it, a newer version made it, or it cannot be used at all.</exception>
    public async ValueTask<Opened> OpenAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _opened) is { } ready)
        {
            return ready;
        }

        await _opening.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _opened ??= await OpenOnceAsync(cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <inheritdoc />
    public async ValueTask<InstallationId> GetInstallationAsync(CancellationToken cancellationToken) => (await OpenAsync(cancellationToken)).Installation;

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commands);
        RequireRoom(commands);
        return commands.Count == 0 ? ValueTask.FromResult<IReadOnlyList<CommandResult>>([])
            : Volatile.Read(ref _opened) is null ? OpenAndApplyAsync(commands, fence, cancellationToken)
            : _writes.WriteAsync(new PendingBatch(commands, fence), cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<ChangePage> ReadChangesAsync(ChangeCursor after, CancellationToken cancellationToken) =>
        await (await OpenAsync(cancellationToken)).Image.ReadChangesAsync(after, cancellationToken);

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<Job>?> ReadJobChangesAsync(JobId job, long afterRevision, CancellationToken cancellationToken)
    {
        var opened = await OpenAsync(cancellationToken);
        var found = await opened.Image.ReadNextAsync(job, afterRevision, cancellationToken)
            ?? (await ReadAsync(job, cancellationToken))?.Job;
        return found is null ? null
            : found.Revision > afterRevision ? [found]
            : found.State.IsFinal() ? []
            // An application's own transaction wrote it, and it has been taken up only just now.
            : await ReadJobChangesAsync(job, afterRevision, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<OpenJobs> ReadOpenJobsAsync(CancellationToken cancellationToken) => (await OpenAsync(cancellationToken)).Image.ReadOpen();

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<PoolCount>> CountOpenAsync(string? pool, CancellationToken cancellationToken) =>
        (await OpenAsync(cancellationToken)).Image.CountOpen(pool);

    /// <inheritdoc />
    public async ValueTask<JobReading?> ReadAsync(JobId job, CancellationToken cancellationToken) => (await ReadAsync([job], cancellationToken))[0];

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<JobReading?>> ReadAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        JobId[] ids = [.. jobs];
        var image = (await OpenAsync(cancellationToken)).Image;
        var found = image.Read(ids);
        if (!found.Contains(null))
        {
            return found;
        }

        // Those that finished long ago never change again; the others are read after them, at one moment.
        var old = Reading(() => ids.Where((_, i) => found[i] is null).Distinct().Select(_reader.Find).OfType<Job>().ToDictionary(j => j.Id));
        if (old.Values.Any(j => !j.State.IsFinal()))
        {
            await TakeOutsideAsync(cancellationToken);
        }

        found = image.Read(ids);
        for (var i = 0; i < found.Length; i++)
        {
            if (found[i] is null && old.TryGetValue(ids[i], out var job) && job.State.IsFinal())
            {
                found[i] = new JobReading(job, null);
            }
        }

        return found;
    }

    /// <inheritdoc />
    public async ValueTask<Job?> FindByKeyAsync(string? user, string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        await OpenAsync(cancellationToken);
        var found = Reading(() => _reader.Find(new JobKey(user ?? "", key)));
        return found is null ? null : (await ReadAsync(found.Id, cancellationToken))?.Job;
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<Job>> ReadExpiredAsync(JobRetention retention, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        await OpenAsync(cancellationToken);
        return Reading(() => _reader.Expired(retention, limit));
    }

    /// <summary>Ends the writing and gives the database back to whoever opens it next.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await _ending.CancelAsync();
        _ending.Dispose();
        if (_opened is not { } opened)
        {
            return;
        }

        // In the queue, so that no write is cut off.
        await _writes.WriteAsync(new LoneWrite(() => opened.Dispose()), CancellationToken.None);
        _reader.Close();
        _opening.Dispose();
        _lists.Dispose();
    }

    /// <inheritdoc />
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>A file that cannot be made is told by who opens the database.</summary>
    private void Protect()
    {
        try
        {
            if (DatabaseFiles.Prepare(Path.GetFullPath(_options.File), _options.OtherUsersCanRead) is { } open)
            {
                _logger.OpenToOthers(open);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _logger.NotProtected(e, _options.File);
        }
    }

    private async ValueTask<Opened> OpenOnceAsync(CancellationToken cancellationToken)
    {
        var host = await HostLock.TakeAsync(Path.GetFullPath(_options.File), _options.HostTimeout, _time, cancellationToken);
        JobDatabase? database = null;
        try
        {
            Protect();
            database = JobDatabase.Open(_options, _time);
            var opened = new Opened(host, database);
            database.TakeOutside();
            opened.Image.Load(database.ReadOpenJobs());
            _logger.Opened(_options.File, opened.Installation.Value, opened.Image.ReadOpen().Jobs.Count);
            return opened;
        }
        catch
        {
            database?.Dispose();
            host.Dispose();
            throw;
        }
    }

    private async ValueTask<IReadOnlyList<CommandResult>> OpenAndApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        return await _writes.WriteAsync(new PendingBatch(commands, fence), cancellationToken);
    }

    private T Reading<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Read(e, _options.File);
        }
    }

    /// <summary>What there is once the database is open.</summary>
    internal sealed class Opened : IDisposable
    {
        private readonly HostLock _host;

        public Opened(HostLock host, JobDatabase database)
        {
            _host = host;
            Database = database;
            (Installation, var term, var openings) = database.ReadStore();
            // So many changes lie between two openings that no cursor of an earlier one can be taken for one of this.
            Image = new JobImage(openings << 40);
            Lease = new HeldLease(term);
            LastId = database.ReadLastId();
        }

        public InstallationId Installation { get; }

        public JobDatabase Database { get; }

        public JobImage Image { get; }

        public HeldLease Lease { get; }

        /// <summary>The greatest id drawn; only the writer of the moment touches it.</summary>
        public long LastId { get; set; }

        /// <summary>Whether a write failed in a way that leaves open what is on record; only the writer of the moment touches it.</summary>
        public bool IsInDoubt { get; set; }

        public void Dispose()
        {
            Database.Dispose();
            _host.Dispose();
        }
    }
}
