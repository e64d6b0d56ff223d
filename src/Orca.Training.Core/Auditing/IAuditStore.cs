namespace Orca.Training.Auditing;

/// <summary>Keeps who did what. Events are added and never changed, and go when they are old. Thread-safe.</summary>
internal interface IAuditStore
{
    /// <summary>Adds an event; when it returns it is kept.</summary>
    ValueTask AppendAsync(AuditEvent entry, CancellationToken cancellationToken);

    /// <summary>Events, the newest first.</summary>
    /// <param name="query">Which.</param>
    /// <param name="teams">Only those of these teams; null for all.</param>
    /// <param name="since">Only those of this time or later.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<IReadOnlyList<AuditEvent>> ReadAsync(AuditQuery query, IReadOnlyList<string>? teams, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Removes events from before a time, for good; of very many only some.</summary>
    ValueTask RemoveAsync(DateTimeOffset before, CancellationToken cancellationToken);
}
