using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Logs;
using Orca.Training.Testing;

namespace Orca.Training.Grpc.Tests.Support;

/// <summary>The real in-process client over a store in memory, with one algorithm and one dataset, and a test for a tracker.</summary>
internal sealed class Installation
{
    private readonly MemoryJobStore _store = new(new MemoryJobStoreOptions(), TimeProvider.System);
    private Fence _fence;

    public Installation() =>
        Client = new TrainingClient(_store, new OneDataset(), Logs, new RequestValidator(new RequestLimits(), ["cnn"], maxRanks: 1), TimeProvider.System);

    public TrainingClient Client { get; }

    public ILogStore Logs { get; } = new ServiceCollection().AddOrcaTraining().UseFakeStores().Services.BuildServiceProvider().GetRequiredService<ILogStore>();

    public static TrainingRequest Request => new() { Algorithm = "cnn", DatasetId = "digits" };

    public async Task<Job> ReadAsync(JobId job) => (await _store.ReadAsync(job, Token))!.Value.Job;

    /// <summary>Runs a queued job up to its success.</summary>
    public async Task SucceedAsync(JobId job)
    {
        _fence = await _store.AcquireLeaseAsync("test", TimeSpan.FromMinutes(1), Token) ?? throw new InvalidOperationException("The lease is taken.");
        await ApplyAsync(new JobCommand.BeginAttempt(job, 1, "machine", Now));
        await ApplyAsync(new JobCommand.BeginRunning(job, 1, ["container"], Now));
        await ApplyAsync(new JobCommand.Publish(job, 1, [], TrainingProgress.None, Now));
    }

    private static CancellationToken Token => Patience.Token;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private async Task ApplyAsync(JobCommand command) => Assert.True((await _store.ApplyAsync([command], _fence, Token))[0].Applied);

    private sealed class OneDataset : IDatasetStore
    {
        public Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken) =>
            Task.FromResult(datasetId == "digits" && version is "" or "0a1b" ? new DatasetVersion(datasetId, "0a1b") : null);

        public Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Uri> OpenAsync(DatasetVersion version, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
