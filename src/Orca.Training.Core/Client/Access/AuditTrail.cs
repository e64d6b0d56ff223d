using Microsoft.Extensions.Logging;
using Orca.Training.Auditing;
using Orca.Training.Diagnostics;

namespace Orca.Training.Client;

/// <summary>Writes the audit log, and removes old events. One for each host.</summary>
/// <param name="store">The store of the events.</param>
/// <param name="options">How long events are kept.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs events that could not be stored.</param>
internal sealed class AuditTrail(IAuditStore store, AccessOptions options, TimeProvider time, ILogger logger)
{
    // Queries leave out old events, so their removal can wait.
    private static readonly TimeSpan RemovalPeriod = TimeSpan.FromHours(1);

    // The change is already made, so its caller waits only a limited time for the record.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private long _removedAt;

    public async ValueTask RecordAsync(AuditEvent entry)
    {
        using var late = new CancellationTokenSource(Patience, time);
        try
        {
            await store.AppendAsync(entry, late.Token);
            await RemoveOldAsync(late.Token);
        }
#pragma warning disable CA1031 // The change is made, so its caller must get the result; the log has the event.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.NotAudited(e, entry.User, entry.Operation, entry.Subject, entry.Origin);
        }
    }

    /// <summary>Events that are not too old, newest first.</summary>
    public ValueTask<IReadOnlyList<AuditEvent>> ReadAsync(AuditQuery query, IReadOnlyList<string>? teams, CancellationToken cancellationToken) =>
        store.ReadAsync(query, teams, time.GetUtcNow() - options.KeepAudit, cancellationToken);

    private async ValueTask RemoveOldAsync(CancellationToken cancellationToken)
    {
        var (now, before) = (time.GetUtcNow(), Volatile.Read(ref _removedAt));
        if (now.UtcTicks - before >= RemovalPeriod.Ticks && Interlocked.CompareExchange(ref _removedAt, now.UtcTicks, before) == before)
        {
            await store.RemoveAsync(now - options.KeepAudit, cancellationToken);
        }
    }
}
