using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Pools;

/// <summary>A pool, as the settings say.</summary>
internal sealed record Pool
{
    public required string Name { get; init; }

    public required IReadOnlyList<PoolUsers> Users { get; init; }

    public required double Weight { get; init; }

    /// <summary>Its machines, by name in order, each with what it owns of it.</summary>
    public required IReadOnlyList<PoolShare> Machines { get; init; }

    /// <summary>What its trainings may use at once.</summary>
    public required PoolLimit Most { get; init; }

    /// <summary>What the trainings of one user may use at once.</summary>
    public required PoolLimit PerUser { get; init; }

    /// <summary>How many of its trainings may be queued; null for any number.</summary>
    public int? MaxQueued { get; init; }

    /// <summary>How many of one user's trainings may be queued in it; null for any number.</summary>
    public int? MaxQueuedPerUser { get; init; }

    public required TimeSpan HalfLife { get; init; }

    public required TimeSpan LongestTurn { get; init; }

    public static Pool Of(string name, PoolOptions options) => new()
    {
        Name = name,
        Users = [.. options.Users.Select(PoolUsers.Parse)],
        Weight = options.Weight,
        Machines = [.. options.Machines.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => new PoolShare(m.Key, OwnedBy(m.Value)))],
        Most = LimitOf(options.Most),
        PerUser = LimitOf(options.PerUser),
        MaxQueued = options.MaxQueued,
        MaxQueuedPerUser = options.MaxQueuedPerUser,
        HalfLife = options.HalfLife,
        LongestTurn = options.LongestTurn,
    };

    internal static Resources OwnedBy(PoolShareOptions share) => new(share.Cpus ?? 0, (long)(share.MemoryMiB ?? 0) << 20, share.Gpus ?? 0);

    private static PoolLimit LimitOf(PoolLimitOptions limit) =>
        new(limit.Jobs, limit.Cpus, (long?)limit.MemoryMiB << 20, limit.Gpus);
}

/// <summary>A pool's part of a machine.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Owned">What the pool owns of it: nothing where it may only use what no pool owns.</param>
internal sealed record PoolShare(string Machine, Resources Owned);

/// <summary>The most that may be in use at once; null for any amount.</summary>
internal sealed record PoolLimit(int? Jobs, double? Cpus, long? MemoryBytes, int? Gpus);
