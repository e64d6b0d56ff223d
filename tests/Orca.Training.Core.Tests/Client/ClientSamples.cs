using Orca.Training.Artifacts.Folders;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Jobs.Storage;
using Orca.Training.Metrics.Memory;
using Orca.Training.Models.Memory;
using Orca.Training.Runs.Kept;

namespace Orca.Training.Tests.Client;

internal static class ClientSamples
{
    /// <summary>Stores beside a job store, as a host in memory has them.</summary>
    public static DataStores Data(IDatasetStore datasets, IJobStore jobs)
    {
        var runs = new KeptRunStore(jobs);
        return new DataStores(datasets, new FolderArtifactStore("not-used"), runs, new MemoryModelStore(runs), new MemoryMetricStore());
    }
}
