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
    /// <summary>The kind of its GPUs that was asked for; null for any.</summary>
    public string? GpuKind { get; init; }

    /// <summary>The pool from whose share it was given; null where there are no pools.</summary>
    public string? Pool { get; init; }
}
