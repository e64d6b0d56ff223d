namespace Orca.Training.Jobs;

/// <summary>What each worker of a training asks for. What is null is as its algorithm's settings say.</summary>
public sealed record TrainingResources
{
    /// <summary>Processors; fractions are allowed.</summary>
    public double? Cpus { get; init; }

    /// <summary>Memory, in MiB.</summary>
    public int? MemoryMiB { get; init; }

    /// <summary>Whole GPUs.</summary>
    public int? Gpus { get; init; }

    /// <summary>The kind of the GPUs, as the host names it, such as <c>A100</c>. Null: any kind.</summary>
    public string? GpuKind { get; init; }
}
