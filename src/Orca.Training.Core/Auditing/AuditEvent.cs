namespace Orca.Training.Auditing;

/// <summary>A change by a caller, as recorded in the audit log. Immutable.</summary>
public sealed record AuditEvent
{
    /// <summary>The number of the event, assigned by the store. It increases with each event.</summary>
    public long Id { get; init; }

    /// <summary>The time of the change.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The caller. Null for a caller without a name, such as a local caller.</summary>
    public string? User { get; init; }

    /// <summary>The team that owns the changed object. Null for a shared object.</summary>
    public string? Team { get; init; }

    /// <summary>The origin of the call: an address, or <c>this machine</c>. Null if it is not known.</summary>
    public string? Origin { get; init; }

    /// <summary>The operation, such as <c>cancel a training</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>The changed object, such as <c>job 17</c>.</summary>
    public required string Subject { get; init; }
}

/// <summary>Selects audit events. A condition that is null or empty matches every event.</summary>
public sealed record AuditQuery
{
    /// <summary>The maximum of <see cref="Limit"/>.</summary>
    public const int MaxLimit = 500;

    /// <summary>Only changes by this user.</summary>
    public string? User { get; init; }

    /// <summary>Only changes of this object, such as <c>job 17</c>.</summary>
    public string? Subject { get; init; }

    /// <summary>Only events older than this one, to read the next page.</summary>
    public long? Before { get; init; }

    /// <summary>The maximum number of events, from 1 to <see cref="MaxLimit"/>. Default 100.</summary>
    public int Limit { get; init; } = 100;
}
