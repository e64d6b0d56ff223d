using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Scheduling.Facts;

/// <summary>How a pool is configured.</summary>
/// <param name="Name">Its name; empty for the implicit pool.</param>
internal sealed record PoolFacts(string Name)
{
    /// <summary>Its part, among pools, of what belongs to none.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>What it owns of each machine that it may use; null for all machines, of which it owns nothing.</summary>
    public IReadOnlyDictionary<string, Resources>? Shares { get; init; }

    /// <summary>The most that the pool may use at once.</summary>
    public UseLimit Most { get; init; } = UseLimit.None;

    /// <summary>The most that each of its users may use at once.</summary>
    public UseLimit PerUser { get; init; } = UseLimit.None;

    /// <summary>The time after which past use counts half.</summary>
    public TimeSpan HalfLife { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long a user with a job that could start may get no start before that user comes first.</summary>
    public TimeSpan LongestTurn { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>The most that may be in use at once; null where there is no limit.</summary>
internal sealed record UseLimit(int? Jobs = null, double? Cpus = null, long? MemoryBytes = null, int? Gpus = null)
{
    public static UseLimit None { get; } = new();

    /// <summary>Whether this much more stays within the limit.</summary>
    public bool Allows(Resources used, int jobs, Resources more) =>
        (Jobs is null && Cpus is null && MemoryBytes is null && Gpus is null) || Broken(used, jobs, more) is null;

    /// <summary>The first kind of which this much more would be too much, with the limit; null if none.</summary>
    public (string Kind, double Limit, double Used)? Broken(Resources used, int jobs, Resources more)
    {
        var sum = used + more;
        return jobs + 1 > Jobs ? ("jobs", Jobs.Value, jobs)
            : sum.Gpus > Gpus ? ("GPUs", Gpus.Value, used.Gpus)
            : sum.Cpus > Cpus ? ("CPUs", Cpus.Value, used.Cpus)
            : sum.MemoryBytes > MemoryBytes ? ("MiB of memory", MemoryBytes.Value >> 20, used.MemoryBytes >> 20)
            : null;
    }
}
