using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Queues;

namespace Orca.Training.Scheduling.Rooms;

/// <summary>An attempt that occupies room.</summary>
internal sealed record Placed(PoolQueue Pool, string User, string Algorithm)
{
    /// <summary>The name of the machine.</summary>
    public required string Machine { get; init; }

    /// <summary>The machine; null for one that the host no longer has, where there is nothing to count against.</summary>
    public Room? Room { get; init; }

    public Resources Given { get; init; }

    public bool IsRunning { get; set; }

    /// <summary>In millionths of what the pool can have.</summary>
    public long CostRate { get; init; }

    /// <summary>When it was recorded.</summary>
    public DateTimeOffset Begun { get; init; }

    /// <summary>Until when its use is charged; it grows while it runs on.</summary>
    public DateTimeOffset PaidUntil { get; init; }

    /// <summary>When it ends at the latest; null where it has no limit of its own.</summary>
    public DateTimeOffset? EndsBy { get; init; }
}
