using Orca.Training.Jobs;
using Orca.Training.Logs;
using Orca.Training.Machines;

namespace Orca.Training.Testing;

/// <summary>A log store in memory, for tests: it keeps all that it is given, and touches no disk.</summary>
internal sealed class FakeLogStore : ILogStore
{
    private const int PageSize = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(AttemptName Attempt, int Rank), Log> _logs = [];

    public bool IsShared => false;

    public ValueTask AppendAsync(AttemptName attempt, int rank, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (entries.FirstOrDefault(e => e.Text.Length > LogEntry.MaxTextLength) is { Text: not null } tooLong)
        {
            throw new ArgumentException($"A log entry's text has {tooLong.Text.Length} characters, which is too many.", nameof(entries));
        }

        List<TaskCompletionSource> waiters;
        lock (_lock)
        {
            var log = FindNeedsLock(attempt, rank);
            foreach (var entry in entries.Where(e => e.Position > log.End))
            {
                log.Entries.Add(entry);
                log.End = entry.Position;
            }

            (waiters, log.Waiters) = (log.Waiters, []);
        }

        waiters.ForEach(w => w.TrySetResult());
        return ValueTask.CompletedTask;
    }

    public ValueTask<OutputPosition> GetEndAsync(AttemptName attempt, int rank, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return ValueTask.FromResult(_logs.TryGetValue((attempt, rank), out var log) ? log.End : default);
        }
    }

    public ValueTask<IReadOnlyList<LogEntry>> ReadAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return ValueTask.FromResult<IReadOnlyList<LogEntry>>(
                _logs.TryGetValue((attempt, rank), out var log) ? log.Entries.Slice(log.IndexAfter(after), Math.Min(PageSize, log.Entries.Count - log.IndexAfter(after))) : []);
        }
    }

    public ValueTask<OutputPosition> FindLastAsync(AttemptName attempt, int rank, long count, OutputStream? stream, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (!_logs.TryGetValue((attempt, rank), out var log) || count == 0)
            {
                return ValueTask.FromResult(log?.End ?? default);
            }

            var wanted = log.Entries.Select((e, i) => (Entry: e, Index: i))
                .Where(e => stream is null || e.Entry.Missing > 0 || e.Entry.Stream == stream).Select(e => e.Index).ToList();
            var first = wanted.Count > count ? wanted[wanted.Count - (int)count] : 0;
            return ValueTask.FromResult(first > 0 ? log.Entries[first - 1].Position : default);
        }
    }

    public async ValueTask WaitAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Log log;
        lock (_lock)
        {
            log = FindNeedsLock(attempt, rank);
            if (log.End > after)
            {
                return;
            }

            log.Waiters.Add(waiter);
        }

        using var cancelled = cancellationToken.UnsafeRegister(
            (_, token) =>
            {
                lock (_lock)
                {
                    log.Waiters.Remove(waiter);
                }

                waiter.TrySetCanceled(token);
            },
            null);
        await waiter.Task;
    }

    public ValueTask RemoveAsync(InstallationId installation, JobId job, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            foreach (var (key, log) in _logs.Where(l => l.Key.Attempt.Installation == installation && l.Key.Attempt.Attempt.Job == job))
            {
                // Who waits is woken by the first line of the new log.
                log.Entries.Clear();
                log.End = default;
                if (log.Waiters.Count == 0)
                {
                    _logs.Remove(key);
                }
            }
        }

        return ValueTask.CompletedTask;
    }

    private Log FindNeedsLock(AttemptName attempt, int rank)
    {
        if (!_logs.TryGetValue((attempt, rank), out var log))
        {
            _logs.Add((attempt, rank), log = new Log());
        }

        return log;
    }

    private sealed class Log
    {
        public List<LogEntry> Entries { get; } = [];

        public OutputPosition End { get; set; }

        public List<TaskCompletionSource> Waiters { get; set; } = [];

        /// <summary>The index of the first entry after a position.</summary>
        public int IndexAfter(OutputPosition after)
        {
            var (low, high) = (0, Entries.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = Entries[middle].Position > after ? (low, middle) : (middle + 1, high);
            }

            return low;
        }
    }
}
