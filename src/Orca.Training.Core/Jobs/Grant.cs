namespace Orca.Training.Jobs;

/// <summary>
/// What each container of an attempt was given of its machine. It is on record with the attempt, so that it counts as that for as long as the
/// attempt lasts, whatever its algorithm is by then.
/// </summary>
/// <param name="Cpus">Processors.</param>
/// <param name="MemoryBytes">Bytes of memory.</param>
/// <param name="Gpus">Whole GPUs.</param>
internal sealed record Grant(double Cpus, long MemoryBytes, int Gpus)
{
    /// <summary>What the attempt costs its user, in millionths of what its pool could have when it began; null in records that do not say.</summary>
    public long? CostRate { get; init; }

    /// <summary>The kind of its GPUs that was asked for; null for any.</summary>
    public string? GpuKind { get; init; }

    /// <summary>The pool from whose share it was given; null where there are no pools.</summary>
    public string? Pool { get; init; }
}
