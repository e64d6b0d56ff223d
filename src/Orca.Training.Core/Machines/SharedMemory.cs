namespace Orca.Training.Machines;

/// <summary>How much room <c>/dev/shm</c> has, through which data loaders hand over batches.</summary>
internal static class SharedMemory
{
    // What a container without a memory limit gets: a half of nothing is no size.
    private const long Unlimited = 256L << 20;

    /// <param name="spec">The attempt, of whose algorithm the setting goes first.</param>
    /// <param name="machineMiB">The machine's setting; null for none.</param>
    public static long BytesOf(AttemptSpec spec, int? machineMiB) =>
        spec.SharedMemoryBytes ?? ((long?)machineMiB << 20) ?? (spec.Limits.MemoryBytes > 0 ? Math.Max(1L << 20, spec.Limits.MemoryBytes / 2) : Unlimited);
}
