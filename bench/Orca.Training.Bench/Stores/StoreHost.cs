using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing;

namespace Orca.Training.Bench.Stores;

/// <summary>The whole SDK on an instant fake runtime, with its jobs in a database.</summary>
internal sealed class StoreHost : IAsyncDisposable
{
    private const int AtOnce = 64;

    // What was measured before still has its garbage collected and its code compiled anew.
    private static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(30);
    private readonly IHost _host;
    private readonly ITrainingClient _client;
    private readonly IJobStore _store;

    private StoreHost(IHost host)
    {
        _host = host;
        _client = host.Services.GetRequiredService<ITrainingClient>();
        _store = host.Services.GetRequiredService<IJobStore>();
    }

    private static TrainingRequest Request { get; } = new() { Algorithm = "none", DatasetId = "none", Name = "bench" };

    /// <param name="database">Where jobs are kept, in a new store.</param>
    /// <param name="isDeciding">Whether jobs are run; else they wait for ever, and submissions alone are measured.</param>
    public static async Task<StoreHost> StartAsync(IBenchedDatabase database, bool isDeciding)
    {
        var host = Build(database.Use);
        if (!isDeciding)
        {
            // Somebody else decides, and does not.
            await host.Services.GetRequiredService<IJobStore>().AcquireLeaseAsync("nobody", TimeSpan.FromDays(1), CancellationToken.None);
        }

        await host.StartAsync();
        return new StoreHost(host);
    }

    /// <summary>Starts a host on the store that was made last and runs a job.</summary>
    /// <returns>How many seconds that took.</returns>
    public static async Task<double> RestartAsync(IBenchedDatabase database)
    {
        var began = TimeProvider.System.GetTimestamp();
        var host = Build(database.UseAgain);
        await host.StartAsync();
        await using var again = new StoreHost(host);
        await again.EndAsync(await again._client.TrainAsync(Request));
        return TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Starts a host on the store that was made last and leaves it alone.</summary>
    /// <returns>The share of a core that the process takes meanwhile.</returns>
    public static async Task<double> IdleAsync(IBenchedDatabase database, CancellationToken cancellationToken)
    {
        var host = Build(database.UseAgain);
        await host.StartAsync(cancellationToken);
        await using var idle = new StoreHost(host);
        await Task.Delay(SettlingTime, TimeProvider.System, cancellationToken);
        var (used, began) = (Environment.CpuUsage.TotalTime, TimeProvider.System.GetTimestamp());
        await Task.Delay(IdleTime, TimeProvider.System, cancellationToken);
        return (Environment.CpuUsage.TotalTime - used) / TimeProvider.System.GetElapsedTime(began);
    }

    /// <summary>Submits jobs, so many callers at a time, each when its last one was accepted.</summary>
    /// <returns>How many a second.</returns>
    public async Task<double> SubmitAsync(int jobs, int callers) => await RateAsync(jobs, callers, async _ => await _client.TrainAsync(Request));

    /// <summary>Submits jobs in the same way and waits for the end of all.</summary>
    /// <returns>How many a second came to their end.</returns>
    public async Task<double> RunAsync(int jobs, int callers)
    {
        var submitted = new ConcurrentBag<JobId>();
        var began = TimeProvider.System.GetTimestamp();
        await RateAsync(jobs, callers, async _ => submitted.Add(await _client.TrainAsync(Request)));

        // They start in their order, so many at a time: when the last of them have ended, the others have too, but for a few.
        foreach (var job in submitted.OrderDescending().Take(AtOnce).Order())
        {
            await EndAsync(job);
        }

        while ((await _store.ReadOpenJobsAsync(CancellationToken.None)).Jobs is [var oldest, ..])
        {
            await EndAsync(oldest.Id);
        }

        var rate = jobs / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        foreach (var job in submitted.Take(100))
        {
            if ((await _client.GetTrainingStatusAsync(job)).State is not JobState.Succeeded)
            {
                throw new InvalidOperationException($"Job {job} did not succeed.");
            }
        }

        return rate;
    }

    /// <summary>So many calls of something, so many callers at a time.</summary>
    public static async Task<double> RateAsync(int calls, int callers, Func<int, Task> call)
    {
        var left = calls;
        var began = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await call(caller);
            }
        })));
        return calls / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        switch (_host)
        {
            case IAsyncDisposable later:
                await later.DisposeAsync();
                break;
            default:
                _host.Dispose();
                break;
        }
    }

    private static IHost Build(Action<OrcaTrainingBuilder> use)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "bench" });
        use(builder.Services.AddOrcaTraining(o => o.AddAlgorithm("none", "none"))
            .UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System))
            .UseFakeFiles()
            .UseCapacityPolicy(CapacityPolicies.Jobs(AtOnce)));
        return builder.Build();
    }

    private async Task EndAsync(JobId job)
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
