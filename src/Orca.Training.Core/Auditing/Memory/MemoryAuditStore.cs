namespace Orca.Training.Auditing.Memory;

/// <summary>The newest events, in memory: as lasting as a job store in memory is.</summary>
internal sealed class MemoryAuditStore : IAuditStore
{
    /// <summary>How many are kept.</summary>
    public const int Most = 10_000;

    private readonly Lock _lock = new();
    private readonly Queue<AuditEvent> _events = new();
    private long _last;

    public ValueTask AppendAsync(AuditEvent entry, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _events.Enqueue(entry with { Id = ++_last });
            if (_events.Count > Most)
            {
                _events.Dequeue();
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<AuditEvent>> ReadAsync(AuditQuery query, IReadOnlyList<string>? teams, DateTimeOffset since, CancellationToken cancellationToken)
    {
        AuditEvent[] all;
        lock (_lock)
        {
            all = [.. _events];
        }

        return ValueTask.FromResult<IReadOnlyList<AuditEvent>>(
        [
            .. all.Reverse().Where(e => e.At >= since
                && (query.Before is not { } before || e.Id < before)
                && (string.IsNullOrEmpty(query.User) || query.User == e.User)
                && (string.IsNullOrEmpty(query.Subject) || query.Subject == e.Subject)
                && (teams is null || (e.Team is not null && teams.Contains(e.Team)))).Take(query.Limit),
        ]);
    }

    public ValueTask RemoveAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            while (_events.TryPeek(out var oldest) && oldest.At < before)
            {
                _events.Dequeue();
            }
        }

        return ValueTask.CompletedTask;
    }
}
