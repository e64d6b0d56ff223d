using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing;

namespace Orca.Training.Bench.Pipeline;

/// <summary>The whole SDK on an instant fake runtime: client, memory store, tracker, scheduler, eight jobs at a time.</summary>
internal sealed class OrcaPipeline : IContender
{
    private const int AtOnce = 8;
    private readonly IHost _host;
    private readonly ITrainingClient _client;
    private readonly ConcurrentQueue<JobId> _jobs = new();

    private OrcaPipeline(IHost host)
    {
        _host = host;
        _client = host.Services.GetRequiredService<ITrainingClient>();
    }

    private static TrainingRequest Request { get; } = new() { Algorithm = "none", DatasetId = "none" };

    /// <param name="keep">How many finished jobs the store keeps.</param>
    public static async Task<IContender> StartAsync(int keep)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "bench" });
        builder.Services.AddOrcaTraining(o => o.AddAlgorithm("none", "none"))
            .UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System))
            .UseFakeStores()
            .UseCapacityPolicy(CapacityPolicies.Jobs(AtOnce))
            .UseMemoryJobStore(o => o.KeepFinished = keep);
        var host = builder.Build();
        await host.StartAsync();
        return new OrcaPipeline(host);
    }

    public async Task RunAsync(int jobs)
    {
        var ids = new List<JobId>(jobs);
        for (var i = 0; i < jobs; i++)
        {
            ids.Add(await SubmitAsync());
        }

        // They start in their order, eight at a time: when the last eight have ended, so have all but one that a thread was just taken
        // from, at most. The count afterwards waits for such a one, and reads each.
        foreach (var id in ids.TakeLast(AtOnce))
        {
            await WatchAsync(id);
        }
    }

    public async Task RunOneAsync() => await WatchAsync(await SubmitAsync());

    public async Task<long?> CountSucceededAsync()
    {
        var count = 0L;
        foreach (var id in _jobs)
        {
            var status = await _client.GetTrainingStatusAsync(id);
            if (!status.State.IsFinal())
            {
                await WatchAsync(id);
                status = await _client.GetTrainingStatusAsync(id);
            }

            count += status.State is JobState.Succeeded ? 1 : 0;
        }

        return count;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private async Task<JobId> SubmitAsync()
    {
        var id = await _client.TrainAsync(Request);
        _jobs.Enqueue(id);
        return id;
    }

    private async Task WatchAsync(JobId job)
    {
        await foreach (var status in _client.WatchTrainingAsync(job))
        {
            if (status.State.IsFinal())
            {
                return;
            }
        }

        throw new InvalidOperationException($"Job {job} was not seen to end.");
    }
}
