using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Testing.Conformance.Datasets;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>A training service with one algorithm and one dataset, as a host has it, and a test in place of the tracker.</summary>
internal sealed class Installation : IDisposable
{
    private readonly ServiceProvider _services;
    private Fence? _fence;

    /// <param name="store">A store in place of the one in memory.</param>
    public Installation(IJobStore? store = null)
    {
        var services = new ServiceCollection().AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddOrcaTraining(options => options.AddAlgorithm("cnn", "image")).UseFakeStores().Services.AddSingleton<IDatasetStore, OneDataset>();
        if (store is not null)
        {
            services.AddSingleton(store);
        }

        _services = services.BuildServiceProvider();
    }

    public ITrainingClient Client => _services.GetRequiredService<ITrainingClient>();

    public ITrainingClientFactory Clients => _services.GetRequiredService<ITrainingClientFactory>();

    public static TrainingRequest Request => new() { Algorithm = "cnn", DatasetId = "digits" };

    /// <summary>What the algorithm allows.</summary>
    public static TrainingResources Resources => new() { Cpus = 0.5, MemoryMiB = 512, Gpus = 0 };

    private IJobStore Store => _services.GetRequiredService<IJobStore>();

    private static CancellationToken Token => Patience.Token;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public async Task<Job> ReadAsync(JobId job) => (await Store.ReadAsync(job, Token))!.Value.Job;

    /// <summary>Runs a queued job up to its success.</summary>
    public async Task SucceedAsync(JobId job)
    {
        await RunAsync(job);
        await EndRunAsync(job);
    }

    /// <summary>Ends a job that runs with success.</summary>
    public Task EndRunAsync(JobId job) => DecideAsync(new JobCommand.Publish(job, 1, [], TrainingProgress.None, Now));

    /// <summary>Ends the first attempt of a job that runs, and lets another one follow.</summary>
    public Task RetryAsync(JobId job, Outcome outcome) =>
        DecideAsync(new JobCommand.Retry(job, 1, outcome, "It is tried again.", null, Now, Now));

    /// <summary>Puts an attempt of a queued job on record.</summary>
    public Task BeginAsync(JobId job, int attempt) => DecideAsync(new JobCommand.BeginAttempt(job, attempt, "machine", Now));

    /// <summary>Starts a queued job.</summary>
    public async Task RunAsync(JobId job)
    {
        await BeginAsync(job, 1);
        await DecideAsync(new JobCommand.BeginRunning(job, 1, ["container"], Now));
    }

    /// <summary>Ends a queued job.</summary>
    public Task EndAsync(JobId job, JobState final) => DecideAsync(new JobCommand.FinishQueued(job, final, new Outcome(OutcomeCode.Unknown, "Ended by the test."), Now));

    public void Dispose() => _services.Dispose();

    private async Task DecideAsync(JobCommand command)
    {
        _fence ??= await Store.AcquireLeaseAsync("test", TimeSpan.FromMinutes(10), Token);
        Assert.True((await Store.ApplyAsync([command], _fence, Token))[0].Applied);
    }

    private sealed class OneDataset : DatasetsStandIn
    {
        public override Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken) =>
            Task.FromResult(datasetId == "digits" && version is "" or "0a1b" ? new DatasetVersion(datasetId, "0a1b") : null);
    }
}
