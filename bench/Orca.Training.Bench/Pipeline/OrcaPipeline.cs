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

    private static TrainingQuery Open { get; } = new() { States = [JobState.Queued, JobState.Launching, JobState.Running] };

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
        JobId last = default;
        for (var i = 0; i < jobs; i++)
        {
            _jobs.Enqueue(last = await _client.TrainAsync(Request));
        }

        // They start in their order, so when the last one has ended, a few at most have not.
        await WatchAsync(last);
        foreach (var left in (await _client.ListTrainingsAsync(Open)).Trainings)
        {
            await WatchAsync(left.JobId);
        }
    }

    public async Task RunOneAsync()
    {
        var job = await _client.TrainAsync(Request);
        _jobs.Enqueue(job);
        await WatchAsync(job);
    }

    public async Task<long?> CountSucceededAsync()
    {
        var count = 0L;
        foreach (var id in _jobs)
        {
            var status = await _client.GetTrainingStatusAsync(id);
            count += status.State is JobState.Succeeded ? 1 : 0;
        }

        return count;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
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
