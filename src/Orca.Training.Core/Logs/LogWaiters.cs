namespace Orca.Training.Logs;

/// <summary>Those who wait for a log's next entry. Bounded by those who wait: a log that nobody waits for takes no room.</summary>
internal sealed class LogWaiters
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Log, int Rank), List<Waiter>> _waiters = [];

    /// <summary>Begins to wait. Look after this whether the entry is there already, or it may be missed.</summary>
    public Waiter Add(string log, int rank)
    {
        var waiter = new Waiter(this, (log, rank));
        lock (_lock)
        {
            if (!_waiters.TryGetValue((log, rank), out var all))
            {
                _waiters.Add((log, rank), all = []);
            }

            all.Add(waiter);
        }

        return waiter;
    }

    /// <summary>Wakes all that wait for a log.</summary>
    public void Wake(string log, int rank)
    {
        Waiter[] woken;
        lock (_lock)
        {
            woken = _waiters.TryGetValue((log, rank), out var all) ? [.. all] : [];
        }

        foreach (var waiter in woken)
        {
            waiter.Wake();
        }
    }

    private void Remove(Waiter waiter)
    {
        lock (_lock)
        {
            if (_waiters.TryGetValue(waiter.Log, out var all) && all.Remove(waiter) && all.Count == 0)
            {
                _waiters.Remove(waiter.Log);
            }
        }
    }

    /// <summary>One who waits, until it is disposed.</summary>
    public sealed class Waiter(LogWaiters owner, (string Name, int Rank) log) : IDisposable
    {
        private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal (string Name, int Rank) Log => log;

        /// <summary>Whether it was woken, and not the limit's end.</summary>
        public async ValueTask<bool> WaitAsync(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
        {
            using var timer = time.CreateTimer(static done => ((TaskCompletionSource<bool>)done!).TrySetResult(false), _done, limit, Timeout.InfiniteTimeSpan);
            using var cancelled = cancellationToken.UnsafeRegister(static (done, token) => ((TaskCompletionSource<bool>)done!).TrySetCanceled(token), _done);
            return await _done.Task;
        }

        public void Dispose() => owner.Remove(this);

        internal void Wake() => _done.TrySetResult(true);
    }
}
