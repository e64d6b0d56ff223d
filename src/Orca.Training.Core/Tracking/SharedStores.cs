using Orca.Training.Artifacts;
using Orca.Training.Datasets;
using Orca.Training.Jobs.Storage;
using Orca.Training.Logs;
using Orca.Training.Metrics;
using Orca.Training.Models;
using Orca.Training.Runs;

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

    /// <summary>What other hosts on the job store would not find because this host keeps it in its memory.</summary>
    public static IEnumerable<string> InMemory(IJobStore jobs, IRunStore runs, IModelStore models, IMetricStore metrics)
    {
        (string Kept, bool IsShared)[] stores = [("runs", runs.IsShared), ("numbers of models", models.IsShared), ("metrics", metrics.IsShared)];
        return jobs.IsShared ? stores.Where(s => !s.IsShared).Select(s => s.Kept) : [];
    }
}
