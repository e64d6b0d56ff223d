using Microsoft.Extensions.Logging;
using Orca.Training.Auditing;
using Orca.Training.Diagnostics;

namespace Orca.Training.Client;

/// <summary>Puts on record who did what, and lets go of what is old. One for the host.</summary>
/// <param name="store">Where it is kept.</param>
/// <param name="options">How long.</param>
/// <param name="time">When it is.</param>
/// <param name="logger">Told of what could not be kept.</param>
internal sealed class AuditTrail(IAuditStore store, AccessOptions options, TimeProvider time, ILogger logger)
{
    // What is too old is not shown either way, so it can wait to be removed.
    private static readonly TimeSpan RemovalPeriod = TimeSpan.FromHours(1);

    // A change that is done is not undone because its record waits, and its caller does not wait for ever.
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
#pragma warning disable CA1031 // The change is done: its caller has to hear that, and the log has what could not be kept.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.NotAudited(e, entry.User, entry.Operation, entry.Subject, entry.Origin);
        }
    }

    /// <summary>Events that are not too old, the newest first.</summary>
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
