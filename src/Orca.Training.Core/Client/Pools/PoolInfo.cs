namespace Orca.Training.Client;

/// <summary>A pool, as it is configured and as it is used now.</summary>
/// <param name="Name">Its name.</param>
public sealed record PoolInfo(string Name)
{
    /// <summary>The name of the one pool of a service without pools.</summary>
    public const string Implicit = "default";

    /// <summary>Its part, among pools, of what belongs to none of them.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>The most that the pool may use at once. Null: no limit but its machines.</summary>
    public PoolAmount? Most { get; init; }

    /// <summary>The most that each of its users may use at once. Null: no limit.</summary>
    public PoolAmount? PerUser { get; init; }

    /// <summary>The most trainings that may be queued in it. Null: no limit.</summary>
    public int? MaxQueued { get; init; }

    /// <summary>The most trainings of one user that may be queued in it. Null: no limit.</summary>
    public int? MaxQueuedPerUser { get; init; }

    /// <summary>The number of trainings that are queued.</summary>
    public int Queued { get; init; }

    /// <summary>The number of trainings that are launching or running.</summary>
    public int Running { get; init; }

    /// <summary>Its machines, ordered by name; none if they are not known at the moment.</summary>
    public IReadOnlyList<PoolMachine> Machines { get; init; } = [];
}

/// <summary>A machine of a pool.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Used">What the trainings of the pool use of it.</param>
public sealed record PoolMachine(string Name, PoolAmount Used)
{
    /// <summary>What the pool owns of it: nobody else's trainings take that. Null: nothing of its own, only what belongs to no pool.</summary>
    public PoolAmount? Owned { get; init; }

    /// <summary>What the machine has in all. Null: not known on this host.</summary>
    public PoolAmount? Total { get; init; }
}

/// <summary>An amount of resources. Null: not limited, or not known.</summary>
public sealed record PoolAmount
{
    /// <summary>The number of trainings.</summary>
    public int? Jobs { get; init; }

    /// <summary>The number of CPUs.</summary>
    public double? Cpus { get; init; }

    /// <summary>The memory, in MiB.</summary>
    public int? MemoryMiB { get; init; }

    /// <summary>The number of GPUs.</summary>
    public int? Gpus { get; init; }
}
