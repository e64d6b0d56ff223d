using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Metrics.Memory;
using Orca.Training.Models.Memory;
using Orca.Training.Runs.Kept;
using Orca.Training.Testing.Conformance.Runs;

namespace Orca.Training.Tests.Runs;

/// <summary>Runs, models and metrics in memory.</summary>
public sealed class MemoryRunStoresTests : RunStoresConformance
{
    protected override ValueTask<RunStores> CreateAsync()
    {
        var jobs = new MemoryJobStore(new MemoryJobStoreOptions(), TimeProvider.System);
        var runs = new KeptRunStore(jobs);
        return ValueTask.FromResult(new RunStores(jobs, runs, new MemoryModelStore(runs), new MemoryMetricStore()));
    }
}
