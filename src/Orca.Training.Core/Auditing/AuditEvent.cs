namespace Orca.Training.Auditing;

/// <summary>Somebody changed something: who, when, from where, what. It never changes.</summary>
public sealed record AuditEvent
{
    /// <summary>Given by the store, and greater with each event.</summary>
    public long Id { get; init; }

    /// <summary>When it was done.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who did it; null for a caller who was let in without a name, such as the peer on the host's own machine.</summary>
    public string? User { get; init; }

    /// <summary>Whose it was done to; null for what belongs to all.</summary>
    public string? Team { get; init; }

    /// <summary>Where the call came from: an address, or <c>this machine</c>; null where that is not known.</summary>
    public string? Origin { get; init; }

    /// <summary>What was done, such as <c>cancel a training</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>What it was done to, such as <c>job 17</c>.</summary>
    public required string Subject { get; init; }
}

/// <summary>Which events. Conditions that are null or empty let everything through.</summary>
public sealed record AuditQuery
{
    /// <summary>The most events that one query can ask for.</summary>
    public const int MaxLimit = 500;

    /// <summary>Only what this user did.</summary>
    public string? User { get; init; }

    /// <summary>Only what was done to this, such as <c>job 17</c>.</summary>
    public string? Subject { get; init; }

    /// <summary>Only events older than this one, to read the next page.</summary>
    public long? Before { get; init; }

    /// <summary>How many at most, from 1 to <see cref="MaxLimit"/>. Default 100.</summary>
    public int Limit { get; init; } = 100;
}
