using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Bench.Flood;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing;

namespace Orca.Training.Bench.Queue;

/// <summary>The whole SDK with very many waiting jobs in a database, and room for one training at a time.</summary>
internal sealed class QueueHost : IAsyncDisposable
{
    private readonly IHost _host;
    private Fence? _held;
    private readonly FakeContainerRuntime _runtime;
    private readonly TaskCompletionSource<AttemptName> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private QueueHost(Action<OrcaTrainingBuilder> use, string folder, bool removesFinished)
    {
        _runtime = new FakeContainerRuntime(TimeProvider.System);
        // The first training goes on until it is stopped; those after it end every second, and so move the queue.
        _runtime.Script(spec => _first.TrySetResult(spec.Name) ? FakeTraining.Hangs : FakeTraining.Succeeds.RunsFor(TimeSpan.FromSeconds(1)));
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "bench" });
        use(builder.Services.AddOrcaTraining(o =>
            {
                o.DataFolder = folder;
                o.AddAlgorithm("common", "none");
                o.AddAlgorithm("rare", "none");
                o.Retention.KeepJobs = removesFinished ? 0 : null;
            })
            .UseFakeRuntime(_runtime)
            .UseFakeFiles()
            .UseCapacityPolicy(CapacityPolicies.Jobs(1)));
        _host = builder.Build();
    }

    public ITrainingClient Client => _host.Services.GetRequiredService<ITrainingClient>();

    public IJobStore Store => _host.Services.GetRequiredService<IJobStore>();

    /// <summary>The client of the one caller who has few jobs.</summary>
    public ITrainingClient Rare => _host.Services.GetRequiredService<ITrainingClientFactory>().For(FloodBench.Named("rare"));

    private static IReadOnlyDictionary<string, string> Labels(string kind) => new Dictionary<string, string> { ["kind"] = kind, ["team"] = "bench" };

    public static TrainingRequest Request(string kind) =>
        new() { Algorithm = kind, DatasetId = kind, Name = kind, Group = kind, Labels = Labels(kind) };

    /// <param name="use">The store.</param>
    /// <param name="folder">Where the host keeps its files.</param>
    /// <param name="isDeciding">Whether jobs are run; else they wait for ever.</param>
    /// <param name="removesFinished">Whether finished jobs are removed.</param>
    public static async Task<QueueHost> StartAsync(Action<OrcaTrainingBuilder> use, string folder, bool isDeciding, bool removesFinished = false)
    {
        var host = new QueueHost(use, folder, removesFinished);
        if (!isDeciding)
        {
            // Somebody else decides, and does not.
            host._held = await host.Store.AcquireLeaseAsync("nobody", TimeSpan.FromDays(1), CancellationToken.None);
        }

        await host._host.StartAsync();
        return host;
    }

    /// <summary>Waits until the first training has been started.</summary>
    public Task StartedAsync(CancellationToken cancellationToken) => _first.Task.WaitAsync(TimeSpan.FromMinutes(5), TimeProvider.System, cancellationToken);

    /// <summary>Ends the first training, so that the queue moves from now on.</summary>
    public async Task MoveAsync() => _runtime.StopByHand(await _first.Task);

    /// <summary>Follows waiting jobs until the token is cancelled.</summary>
    /// <returns>How many statuses were told.</returns>
    public async Task<int> WatchAsync(IEnumerable<JobId> jobs, CancellationToken cancellationToken)
    {
        var told = 0;
        await Task.WhenAll(jobs.Select(job => Task.Run(
            async () =>
            {
                try
                {
                    await foreach (var _ in Client.WatchTrainingAsync(job, cancellationToken: cancellationToken))
                    {
                        Interlocked.Increment(ref told);
                    }
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    // So it was to end.
                }
            },
            CancellationToken.None)));
        return told;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_held is { } held)
        {
            // A database keeps it for the next host otherwise.
            await Store.ReleaseLeaseAsync(held, CancellationToken.None);
        }

        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
