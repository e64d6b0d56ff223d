using Orca.Training.Client;

namespace Orca.Training.Grpc;

/// <summary>Pools on the wire.</summary>
internal static class PoolMapping
{
    public static Wire.Pool ToWire(PoolInfo pool)
    {
        var wire = new Wire.Pool
        {
            Name = pool.Name,
            Weight = pool.Weight,
            Most = ToWire(pool.Most),
            PerUser = ToWire(pool.PerUser),
            Queued = pool.Queued,
            Running = pool.Running,
            Machines =
            {
                pool.Machines.Select(m => new Wire.PoolMachine { Name = m.Name, Used = ToWire(m.Used), Owned = ToWire(m.Owned), Total = ToWire(m.Total) }),
            },
        };
        if (pool.MaxQueued is { } most)
        {
            wire.MaxQueued = most;
        }

        if (pool.MaxQueuedPerUser is { } perUser)
        {
            wire.MaxQueuedPerUser = perUser;
        }

        return wire;
    }

    public static PoolInfo FromWire(Wire.Pool pool) => new(pool.Name)
    {
        Weight = pool.Weight,
        Most = FromWire(pool.Most),
        PerUser = FromWire(pool.PerUser),
        MaxQueued = pool.HasMaxQueued ? pool.MaxQueued : null,
        MaxQueuedPerUser = pool.HasMaxQueuedPerUser ? pool.MaxQueuedPerUser : null,
        Queued = pool.Queued,
        Running = pool.Running,
        Machines =
        [
            .. pool.Machines.Select(m => new PoolMachine(m.Name, FromWire(m.Used) ?? new PoolAmount()) { Owned = FromWire(m.Owned), Total = FromWire(m.Total) }),
        ],
    };

    private static Wire.PoolAmount? ToWire(PoolAmount? amount)
    {
        if (amount is null)
        {
            return null;
        }

        var wire = new Wire.PoolAmount();
        if (amount.Jobs is { } jobs)
        {
            wire.Jobs = jobs;
        }

        if (amount.Cpus is { } cpus)
        {
            wire.Cpus = cpus;
        }

        if (amount.MemoryMiB is { } memory)
        {
            wire.MemoryMib = memory;
        }

        if (amount.Gpus is { } gpus)
        {
            wire.Gpus = gpus;
        }

        return wire;
    }

    private static PoolAmount? FromWire(Wire.PoolAmount? amount) => amount is null ? null : new PoolAmount
    {
        Jobs = amount.HasJobs ? amount.Jobs : null,
        Cpus = amount.HasCpus ? amount.Cpus : null,
        MemoryMiB = amount.HasMemoryMib ? amount.MemoryMib : null,
        Gpus = amount.HasGpus ? amount.Gpus : null,
    };
}
