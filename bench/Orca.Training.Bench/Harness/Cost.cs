namespace Orca.Training.Bench.Harness;

/// <summary>What some work cost: the time it took, and what this process spent meanwhile, on all its threads.</summary>
/// <param name="Elapsed">By the clock.</param>
/// <param name="Cpu">Of processors, user and kernel.</param>
/// <param name="Bytes">Allocated on the managed heap.</param>
internal readonly record struct Cost(TimeSpan Elapsed, TimeSpan Cpu, long Bytes)
{
    /// <summary>Does some work. The heap is cleaned before, so that nobody pays for what another left.</summary>
    public static async Task<Cost> OfAsync(Func<Task> work)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var began = TimeProvider.System.GetTimestamp();
        await work();
        var elapsed = TimeProvider.System.GetElapsedTime(began);
        return new Cost(elapsed, Environment.CpuUsage.TotalTime - cpu, GC.GetTotalAllocatedBytes(precise: true) - bytes);
    }
}
