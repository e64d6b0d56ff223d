using Orca.Training.Bench.Harness;
using Orca.Training.Bench.Kill;

namespace Orca.Training.Bench.Recovery;

/// <summary>How soon a service is whole again after its host was killed: alone, and with another host beside it.</summary>
internal static class RecoveryBench
{
    public static async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("orca-recovery-").FullName;
        try
        {
            await Adoption.MeasureAsync(report, Path.Combine(folder, "adoption"), cancellationToken);
            await Failover.MeasureAsync(report, Path.Combine(folder, "failover"), cancellationToken);
        }
        finally
        {
            ReadOnlyFolders.Delete(folder);
        }
    }
}
