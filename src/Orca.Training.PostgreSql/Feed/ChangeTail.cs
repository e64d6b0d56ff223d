using Microsoft.Extensions.Logging;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.PostgreSql.Database;

namespace Orca.Training.PostgreSql.Feed;

/// <summary>
/// Follows the changes of all hosts, once for everybody here who waits for one: another host's commit wakes one read, however many watch,
/// and this host's own needs none. It begins when somebody first asks.
/// </summary>
internal sealed class ChangeTail(JobReader reader, KnownJobs known, Notifications notifications, string database, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const int PageLimit = 1024;
    private const int KeepChanges = 16_384;
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ending = new();
    private readonly SemaphoreSlim _starting = new(1, 1);

    // Guards all below; held for moments, never over an await or I/O, and nothing foreign is called inside.
    private readonly Lock _lock = new();
    private readonly List<(long Change, Job Job)> _changes = [];
    private readonly Dictionary<JobId, List<JobWatch>> _watches = [];
    private Signal? _moved;
    private long _first;
    private long _last;
    private Task? _following;

    private Signal Moved => _moved ??= new Signal(_lock);

    /// <summary>What follows a cursor; waits until there is something.</summary>
    public async ValueTask<ChangePage> ReadAsync(ChangeCursor after, CancellationToken cancellationToken)
    {
        await StartAsync(cancellationToken);
        var isPast = false;
        while (true)
        {
            Signal.Waiter? next = null;
            bool isAhead;
            lock (_lock)
            {
                if (PageNeedsLock(after) is { } page)
                {
                    return page;
                }

                isAhead = after.Sequence > _last;
                if (after.Sequence == _last || isPast)
                {
                    next = Moved.WaitNeedsLock();
                }
            }

            if (next is not null)
            {
                await next.WaitAsync(cancellationToken);
                isPast = false;
            }
            else if (isAhead && after.Sequence > await reader.ReadLastNumberAsync(cancellationToken))
            {
                return new ChangePage([], new ChangeCursor(await reader.ReadLastChangeAsync(cancellationToken)), IsTruncated: true);
            }
            else if (!isAhead && await reader.ReadChangesAsync(after.Sequence, PageLimit, cancellationToken) is { Count: > 0 } old)
            {
                return new ChangePage([.. old.Select(c => c.Job)], new ChangeCursor(old[^1].Change), IsTruncated: false);
            }
            else
            {
                isPast = true;
            }
        }
    }

    /// <summary>
    /// Tells what this host has committed, without reading it back, if nothing came between that and what was told last: numbers are drawn
    /// by one commit at a time. Else it is read with the others'.
    /// </summary>
    public void Committed(long first, IReadOnlyList<Job> jobs)
    {
        lock (_lock)
        {
            if (_following is not null && first == _last + 1)
            {
                TellNeedsLock([.. jobs.Select((job, i) => (first + i, job))]);
                return;
            }
        }

        notifications.Committed();
    }

    /// <summary>Begins to watch a job: what changes from now on is told.</summary>
    public async ValueTask<JobWatch> WatchAsync(JobId job, CancellationToken cancellationToken)
    {
        await StartAsync(cancellationToken);
        var watch = new JobWatch(this, job);
        lock (_lock)
        {
            if (!_watches.TryGetValue(job, out var watches))
            {
                _watches[job] = watches = [];
            }

            watches.Add(watch);
        }

        return watch;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        if (_following is { } following)
        {
            await following;
        }

        _ending.Dispose();
        _starting.Dispose();
    }

    private async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _following) is not null)
        {
            return;
        }

        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_following is null)
            {
                var last = await reader.ReadLastChangeAsync(cancellationToken);
                lock (_lock)
                {
                    _first = _last = last;
                }

                Volatile.Write(ref _following, FollowAsync(_ending.Token));
            }
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        // Nothing was seen yet of what happened before.
        var mayBeOutside = true;
        var mayBeRemoved = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            var isBroken = false;
            try
            {
                await ReadOnAsync(cancellationToken);
                mayBeRemoved |= notifications.TakeRemoved();
                if (mayBeRemoved)
                {
                    await TellRemovedAsync(cancellationToken);
                    mayBeRemoved = false;
                }

                if (mayBeOutside && await reader.IsAnyOutsideAsync(cancellationToken))
                {
                    await reader.TakeOutsideAsync(cancellationToken);
                    continue;
                }

                mayBeOutside = await notifications.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever it is, what has been committed is still there when the server answers again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                logger.FeedBroken(e, database, (long)PauseAfterFailure.TotalMilliseconds);
                mayBeOutside = true;
                isBroken = true;
            }

            if (isBroken)
            {
                await PauseAsync(cancellationToken);
            }
        }
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(PauseAfterFailure, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The store ends.
        }
    }

    private async Task ReadOnAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            long last;
            lock (_lock)
            {
                last = _last;
            }

            var changes = await reader.ReadChangesAsync(last, PageLimit, cancellationToken);
            var isAll = changes.Count < PageLimit;
            foreach (var (_, job) in changes)
            {
                known.Learn(job);
            }

            lock (_lock)
            {
                TellNeedsLock(changes);
            }

            if (isAll)
            {
                return;
            }
        }
    }

    /// <summary>Jobs were removed: those that are watched are asked for together, and only who waits for one that is gone looks again.</summary>
    private async Task TellRemovedAsync(CancellationToken cancellationToken)
    {
        JobId[] watched;
        lock (_lock)
        {
            watched = [.. _watches.Keys];
        }

        foreach (var some in watched.Chunk(PageLimit))
        {
            var there = await reader.FindIdsAsync(some, cancellationToken);
            lock (_lock)
            {
                foreach (var watch in some.Where(id => !there.Contains(id)).SelectMany(id => _watches.GetValueOrDefault(id) ?? []))
                {
                    watch.LookAgainNeedsLock();
                }
            }
        }
    }

    private void TellNeedsLock(List<(long Change, Job Job)> changes)
    {
        // Some may have been told while they were read.
        changes.RemoveAll(c => c.Change <= _last);
        if (changes.Count == 0)
        {
            return;
        }

        _changes.AddRange(changes);
        _last = changes[^1].Change;
        if (_changes.Count > KeepChanges)
        {
            var gone = _changes.Count - (KeepChanges / 2);
            _first = _changes[gone - 1].Change;
            _changes.RemoveRange(0, gone);
        }

        foreach (var (_, job) in changes)
        {
            foreach (var watch in _watches.GetValueOrDefault(job.Id) ?? [])
            {
                watch.TellNeedsLock(job);
            }
        }

        Moved.RaiseNeedsLock();
    }

    private ChangePage? PageNeedsLock(ChangeCursor after)
    {
        if (after.Sequence < _first || after.Sequence >= _last)
        {
            return null;
        }

        int low = 0, high = _changes.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _changes[middle].Change > after.Sequence ? (low, middle) : (middle + 1, high);
        }

        var page = _changes.GetRange(low, Math.Min(PageLimit, _changes.Count - low));
        return new ChangePage([.. page.Select(c => c.Job)], new ChangeCursor(page[^1].Change), IsTruncated: false);
    }

    /// <summary>One who waits for one job's changes.</summary>
    internal sealed class JobWatch(ChangeTail tail, JobId job) : IDisposable
    {
        private Signal? _told;
        private Job? _newest;
        private bool _looksAgain;

        /// <summary>The job after a revision; waits until there is such. Null if the job may have been removed.</summary>
        public async ValueTask<Job?> NextAsync(long afterRevision, CancellationToken cancellationToken)
        {
            while (true)
            {
                Signal.Waiter next;
                lock (tail._lock)
                {
                    if (_newest is { } newest && newest.Revision > afterRevision)
                    {
                        return newest;
                    }

                    if (_looksAgain)
                    {
                        _looksAgain = false;
                        return null;
                    }

                    next = (_told ??= new Signal(tail._lock)).WaitNeedsLock();
                }

                await next.WaitAsync(cancellationToken);
            }
        }

        public void LookAgainNeedsLock()
        {
            _looksAgain = true;
            _told?.RaiseNeedsLock();
        }

        public void TellNeedsLock(Job changed)
        {
            _newest = changed;
            _told?.RaiseNeedsLock();
        }

        public void Dispose()
        {
            lock (tail._lock)
            {
                if (tail._watches.TryGetValue(job, out var watches) && watches.Remove(this) && watches.Count == 0)
                {
                    tail._watches.Remove(job);
                }
            }
        }
    }
}
