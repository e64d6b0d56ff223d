using Orca.Training.Artifacts;
using Orca.Training.Datasets;
using Orca.Training.Jobs.Storage;
using Orca.Training.Logs;

namespace Orca.Training.Tracking;

/// <summary>Whether hosts that share their jobs also share what belongs to these.</summary>
internal static class SharedStores
{
    /// <summary>What other hosts on the job store would not find; nothing where there can be no others.</summary>
    public static IEnumerable<string> Missing(IJobStore jobs, IDatasetStore datasets, IArtifactStore artifacts, ILogStore logs)
    {
        (string Kept, bool IsShared)[] stores = [("datasets", datasets.IsShared), ("artifacts", artifacts.IsShared), ("logs", logs.IsShared)];
        return jobs.IsShared ? stores.Where(s => !s.IsShared).Select(s => s.Kept) : [];
    }
}
