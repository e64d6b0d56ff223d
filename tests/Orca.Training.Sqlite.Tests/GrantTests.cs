using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing;

namespace Orca.Training.Sqlite.Tests;

/// <summary>What runs counts as what it was given, after a restart with other settings too.</summary>
public sealed class GrantTests : IDisposable
{
    // The fake machine has 256 GiB.
    private const int Large = 150 << 10;
    private const int Small = 60 << 10;

    private static readonly TrainingRequest Request = new() { Algorithm = "a", DatasetId = "d" };
    private readonly StoreFolder _folder = new();
    private readonly FakeContainerRuntime _runtime = new(TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task No_machine_is_overcommitted_after_a_restart_with_less_memory_for_the_algorithm()
    {
        var file = _folder.NewFile();
        var given = new List<long>();
        _runtime.Script(spec =>
        {
            given.Add(spec.Limits.MemoryBytes >> 20);
            return FakeTraining.Hangs;
        });
        JobId first;
        using (var host = await StartAsync(file, Large))
        {
            first = await ClientOf(host).TrainAsync(Request, Cancel);
            await UntilAsync(host, first, JobState.Running);
            await host.StopAsync(Cancel);
        }

        using (var host = await StartAsync(file, Small))
        {
            var client = ClientOf(host);
            var others = (await client.TrainAllAsync([Request, Request], cancellationToken: Cancel)).Jobs;
            await UntilAsync(host, others[0], JobState.Running);

            // 150 and 60 of 256 GiB are taken: counted as it would be now, there would be room for a third.
            Assert.Equal(JobState.Queued, (await client.GetTrainingStatusAsync(others[1], Cancel)).State);
            Assert.Equal([Large, Small], given);

            await client.CancelTrainingAsync(first, Cancel);
            await UntilAsync(host, others[1], JobState.Running);
            await host.StopAsync(Cancel);
        }
    }

    private async Task<IHost> StartAsync(string file, int memoryMiB)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
        builder.Services.AddOrcaTraining(o => o.AddAlgorithm("a", "image", a => a.MemoryMiB = memoryMiB))
            .UseCapacityPolicy(CapacityPolicies.ByResources)
            .UseFakeRuntime(_runtime).UseFakeFiles().UseSqlite($"Data Source={file}");
        var host = builder.Build();
        await host.StartAsync(Cancel);
        return host;
    }

    private static ITrainingClient ClientOf(IHost host) => host.Services.GetRequiredService<ITrainingClient>();

    private static async Task UntilAsync(IHost host, JobId job, JobState state)
    {
        await foreach (var status in ClientOf(host).WatchTrainingAsync(job, cancellationToken: Cancel))
        {
            Assert.False(status.State.IsFinal(), status.Message);
            if (status.State == state)
            {
                return;
            }
        }
    }
}
