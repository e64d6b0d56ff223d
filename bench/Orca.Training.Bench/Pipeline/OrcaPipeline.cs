using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing;

namespace Orca.Training.Bench.Pipeline;

/// <summary>The whole SDK on an instant fake runtime: client, memory store, tracker, scheduler, eight jobs at a time.</summary>
internal sealed class OrcaPipeline : IAsyncDisposable
{
    private const int AtOnce = 8;
    private readonly IHost _host;

    private OrcaPipeline(IHost host) => _host = host;

    private static TrainingRequest Request { get; } = new() { Algorithm = "none", DatasetId = "none" };

    private ITrainingClient Client => _host.Services.GetRequiredService<ITrainingClient>();

    public static async Task<OrcaPipeline> StartAsync(int jobs)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "bench" });
        builder.Services.AddOrcaTraining(o => o.AddAlgorithm("none", "none"))
            .UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System))
            .UseFakeStores()
            .UseCapacityPolicy(CapacityPolicies.Jobs(AtOnce))
            .UseMemoryJobStore(o => o.KeepFinished = jobs);
        var host = builder.Build();
        await host.StartAsync();
        return new OrcaPipeline(host);
    }

    /// <summary>
    /// Submits jobs one by one and waits for the end of the last; then reads each one's final state, and takes the latest end on record as
    /// the end of the work. To read all states is not part of what is measured, as it is not for the other libraries.
    /// </summary>
    public async Task<(double JobsPerSecond, double BytesPerJob)> ThroughputAsync(int jobs)
    {
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var began = TimeProvider.System.GetUtcNow();
        var ids = new List<JobId>(jobs);
        for (var i = 0; i < jobs; i++)
        {
            ids.Add(await Client.TrainAsync(Request));
        }

        await FinishAsync(ids[^1]);
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        var ended = began;
        foreach (var id in ids)
        {
            // Those of the last few that were started before it and are still open.
            await FinishAsync(id);
            var status = await Client.GetTrainingStatusAsync(id);
            if (status is not { State: JobState.Succeeded, FinishedAt: { } finished })
            {
                throw new InvalidOperationException($"Job {id} did not succeed: {status.Message}");
            }

            ended = finished > ended ? finished : ended;
        }

        return (jobs / (ended - began).TotalSeconds, (double)bytes / jobs);
    }

    /// <summary>From submit to the final state as a watcher sees it, in ms, at a steady rate.</summary>
    public async Task<double[]> LatenciesAsync(int jobs, int perSecond)
    {
        var began = TimeProvider.System.GetTimestamp();
        var running = new List<Task<double>>(jobs);
        for (var i = 0; i < jobs; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / perSecond);
            while (TimeProvider.System.GetElapsedTime(began) < due)
            {
                await Task.Yield();
            }

            running.Add(OneAsync());
        }

        var all = await Task.WhenAll(running);
        Array.Sort(all);
        return all;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private async Task<double> OneAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        await FinishAsync(await Client.TrainAsync(Request));
        return TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
    }

    private async Task FinishAsync(JobId job)
    {
        if ((await Client.GetTrainingStatusAsync(job)).State.IsFinal())
        {
            return;
        }

        await foreach (var status in Client.WatchTrainingAsync(job))
        {
            if (status.State.IsFinal())
            {
                return;
            }
        }

        throw new InvalidOperationException($"Job {job} was not seen to end.");
    }
}
