using System.Globalization;

namespace Orca.Training.Bench.Data;

/// <summary>The most memory that this process has had at once since the last <see cref="Reset"/>, as the system counts it.</summary>
internal static class PeakMemory
{
    /// <summary>Begins anew, from what it has after a clean-up.</summary>
    public static void Reset()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        File.WriteAllText("/proc/self/clear_refs", "5");
    }

    public static double ReadMb() =>
        double.Parse(
            File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
}
