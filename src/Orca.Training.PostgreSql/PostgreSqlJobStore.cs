using Microsoft.Extensions.Logging;
using Npgsql;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Committing;
using Orca.Training.Jobs.Storage.Relational;
using Orca.Training.PostgreSql.Database;
using Orca.Training.PostgreSql.Feed;

namespace Orca.Training.PostgreSql;

/// <summary>Jobs in PostgreSQL, for any number of hosts: the database is asked for what is true, and its clock ends leases.</summary>
internal sealed class PostgreSqlJobStore : IJobStore, IAsyncDisposable, IDisposable
{
    // The feed and the commits ask one question at a time each.
    private const int OwnReads = 2;

    private readonly PostgreSqlDataSource _data;
    private readonly PostgreSqlJobStoreOptions _options;
    private readonly ILogger _logger;
    private readonly JobReader _reader;
    private readonly JobReader _own;
    private readonly Committer _committer;
    private readonly WriteQueue _writes;
    private readonly Notifications _notifications;
    private readonly ChangeTail _tail;
    private readonly Leases _leases;
    private readonly Removals _removals;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private InstallationId? _installation;
    private bool _isDisposed;

    public PostgreSqlJobStore(PostgreSqlDataSource data, PostgreSqlJobStoreOptions options, TimeProvider time, ILogger logger)
    {
        _data = data;
        options = _options = options.Copy();
        _logger = logger;
        var known = new KnownJobs();
        var limit = new CallLimit(options.CallTimeout, time, data.Name);
        // However many callers read, half of the connections are left for writes, and for what those read.
        _reader = new JobReader(data, options.Schema, limit, Math.Max(1, data.MaxConnections / 2));
        _own = new JobReader(data, options.Schema, limit, OwnReads);
        _committer = new Committer(data, options.Schema, _own, known, (first, jobs) => _tail!.Committed(first, jobs), time, options.CallTimeout);
        _notifications = new Notifications(data, options.Schema, () => _committer.SessionId, options.PollPeriod, time, logger);
        _tail = new ChangeTail(_own, known, _notifications, data.Name, time, logger);
        _leases = new Leases(data, options.Schema, limit);
        _removals = new Removals(data, options.Schema, limit);
        _writes = new WriteQueue(_committer.CarryOutAsync);
    }

    /// <inheritdoc />
    public bool IsDurable => true;

    public bool IsShared => true;

    internal string Schema => _options.Schema;

    /// <summary>Makes or upgrades the tables, once; every call does it where nobody has before.</summary>
    /// <exception cref="PostgreSqlStoreException">A newer version of the packages made them, and this one cannot work with them.</exception>
    public async ValueTask<InstallationId> OpenAsync(CancellationToken cancellationToken)
    {
        if (_installation is { } ready)
        {
            return ready;
        }

        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_installation is null)
            {
                var installation = await AskTwiceAsync(token => Database.Schema.MigrateAsync(_data, _options.Schema, _logger, token), cancellationToken);
                await AskTwiceAsync(_leases.ConnectAsync, cancellationToken);
                _installation = installation;
                _logger.Opened(_data.Name, _options.Schema, installation.Value);
                if (_data.PreparesByItself)
                {
                    _logger.PreparesByItself(_data.Name);
                }
            }

            return _installation.Value;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <inheritdoc />
    public ValueTask<InstallationId> GetInstallationAsync(CancellationToken cancellationToken) => OpenAsync(cancellationToken);

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commands);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (commands.Count == 0)
        {
            return [];
        }

        await OpenAsync(cancellationToken);
        return await _writes.WriteAsync(new PendingBatch(commands, fence), cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<ChangePage> ReadChangesAsync(ChangeCursor after, CancellationToken cancellationToken) =>
        await AskAsync(token => _tail.ReadAsync(after, token).AsTask(), cancellationToken);

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<Job>?> ReadJobChangesAsync(JobId job, long afterRevision, CancellationToken cancellationToken) =>
        await AskAsync(
            async token =>
            {
                // Watched before it is read, so that no change falls between the two.
                using var watch = await _tail.WatchAsync(job, token);
                while ((await _reader.FindAsync([job], token)).TryGetValue(job, out var current))
                {
                    if (current.Revision > afterRevision || current.State.IsFinal())
                    {
                        return current.Revision > afterRevision ? [current] : (IReadOnlyList<Job>)[];
                    }

                    if (await watch.NextAsync(afterRevision, token) is { } next)
                    {
                        return [next];
                    }
                }

                return null;
            },
            cancellationToken);

    /// <inheritdoc />
    public async ValueTask<OpenJobs> ReadOpenJobsAsync(CancellationToken cancellationToken) => await AskAsync(_reader.ReadOpenAsync, cancellationToken);

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<PoolCount>> CountOpenAsync(string? pool, CancellationToken cancellationToken) =>
        await AskAsync(token => _reader.CountOpenAsync(pool, token), cancellationToken);

    /// <inheritdoc />
    public async ValueTask<JobReading?> ReadAsync(JobId job, CancellationToken cancellationToken) => (await ReadAsync([job], cancellationToken))[0];

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<JobReading?>> ReadAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        JobId[] ids = [.. jobs];
        if (ids.Length == 0)
        {
            return [];
        }

        var found = await AskAsync(token => _reader.ReadAsync(ids, token), cancellationToken);
        return [.. ids.Select(id => found.TryGetValue(id, out var reading) ? reading : default(JobReading?))];
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<JobReading>> ReadPageAsync(JobQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        // A copy, because a caller's dictionary may be anything.
        query = query with { States = query.States.ToArray(), Labels = query.Labels.ToDictionary() };
        return await AskAsync(token => JobPages.ReadAsync(query, _reader, token).AsTask(), cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<Job?> FindByKeyAsync(string? user, string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return (await AskAsync(token => _reader.FindAsync([new JobKey(user ?? "", key)], token), cancellationToken)).Found.Values.FirstOrDefault();
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<Job>> ReadExpiredAsync(JobRetention retention, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return await AskAsync(token => _reader.ReadExpiredAsync(retention, limit, token), cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask RemoveAsync(IReadOnlyList<JobId> jobs, Fence fence, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        JobId[] ids = [.. jobs];
        var current = await AskAsync(token => _removals.DeleteAsync(ids, fence, token), cancellationToken);
        if (current != fence || current.Term == 0)
        {
            throw new StaleFenceException(fence, current);
        }
    }

    /// <inheritdoc />
    public async ValueTask<Fence?> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(holder);
        return await AskAsync(token => _leases.AcquireAsync(holder, duration, token), cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask ReleaseLeaseAsync(Fence fence, CancellationToken cancellationToken) =>
        await AskAsync(token => _leases.ReleaseAsync(fence, token), cancellationToken);

    /// <summary>Writes a new job within a transaction of the application's own.</summary>
    /// <exception cref="TrainingException">The transaction has ended, or on another database.</exception>
    public async ValueTask<CommandResult> SubmitWithinAsync(JobCommand.Submit submit, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var installation = await OpenAsync(cancellationToken);
        return await OutsideJobs.InsertAsync(submit, transaction, _options.Schema, installation, cancellationToken);
    }

    /// <summary>Ends the connections; what has been asked for is answered first.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        // At the end of the queue, so that no write is cut off.
        await _writes.WriteAsync(new PendingBatch([], null), CancellationToken.None);
        await _tail.DisposeAsync();
        await _notifications.DisposeAsync();
        await _committer.DisposeAsync();
        await _leases.DisposeAsync();
        await _data.DisposeAsync();
        _reader.Dispose();
        _own.Dispose();
        _opening.Dispose();
    }

    /// <inheritdoc />
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>Asks a question once the tables are there, whoever makes them.</summary>
    private async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        await OpenAsync(cancellationToken);
        return await AskTwiceAsync(ask, cancellationToken);
    }

    /// <summary>Asks a question that can be repeated, and repeats it once where the connection had been cut since it was last used.</summary>
    private async Task<T> AskTwiceAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await ask(cancellationToken);
            }
            catch (Exception e) when (PostgreSqlErrors.IsUnavailable(e) && !cancellationToken.IsCancellationRequested)
            {
                if (tries == 1)
                {
                    throw PostgreSqlErrors.Unread(e, _data.Name);
                }

                // The others of the pool are most likely cut as well.
                _data.Source.Clear();
                _data.Reserved.Clear();
            }
        }
    }
}
