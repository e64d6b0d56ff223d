namespace Orca.Training.Logs.Folders;

/// <summary>
/// Lets one call at a time write to a log, and remembers where logs end. What it forgets is read from the disk again, so that it
/// need not remember all.
/// </summary>
internal sealed class LogAppenders(Func<string, int, LogAppender> make, int most = 4096)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Folder, int Rank), Place> _places = [];
    private long _uses;

    /// <summary>How many logs it remembers.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _places.Count;
            }
        }
    }

    /// <summary>Does something with a log's appender, on a thread that may wait for the disk.</summary>
    public async Task<T> UseAsync<T>(string folder, int rank, Func<LogAppender, T> act, CancellationToken cancellationToken)
    {
        var place = Enter((folder, rank));
        try
        {
            await place.Turn.WaitAsync(cancellationToken);
            try
            {
                return await Task.Run(() => act(place.Appender), cancellationToken);
            }
            finally
            {
                place.Turn.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref place.Users);
        }
    }

    private Place Enter((string Folder, int Rank) log)
    {
        lock (_lock)
        {
            if (!_places.TryGetValue(log, out var place))
            {
                if (_places.Count >= most)
                {
                    ForgetNeedsLock();
                }

                _places.Add(log, place = new Place(make(log.Folder, log.Rank)));
            }

            Interlocked.Increment(ref place.Users);
            place.LastUse = ++_uses;
            return place;
        }
    }

    /// <summary>Forgets the half that was used longest ago, but for those in use.</summary>
    private void ForgetNeedsLock()
    {
        var middle = _places.Values.Select(p => p.LastUse).Order().ElementAt(_places.Count / 2);
        foreach (var (log, place) in _places)
        {
            if (place.LastUse < middle && Volatile.Read(ref place.Users) == 0)
            {
                _places.Remove(log);
            }
        }
    }

    private sealed class Place(LogAppender appender)
    {
        public int Users;

        public LogAppender Appender { get; } = appender;

        public SemaphoreSlim Turn { get; } = new(1);

        public long LastUse { get; set; }
    }
}
