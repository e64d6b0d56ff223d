using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Testing;
using Orca.Training.Tests.Shared;

namespace Orca.Training.Sqlite.Tests;

/// <summary>A host on which nothing happens leaves the disk alone.</summary>
public sealed class IdleTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task While_a_training_runs_in_silence_and_another_waits_nothing_is_written()
    {
        var file = _folder.NewFile();
        var machine = new FakeContainerRuntime(TimeProvider.System);
        machine.Script(_ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromDays(1)));
        using var runtime = new ListedRuntime(machine);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
        builder.Services
            .AddOrcaTraining(o =>
            {
                o.AddAlgorithm("a", "image");
                o.ReconcilePeriod = TimeSpan.FromMilliseconds(20);
                o.LeaseDuration = TimeSpan.FromSeconds(1);
            })
            .AddMachine("m", _ => runtime).UseFakeFiles().UseSqlite($"Data Source={file}");
        using var host = builder.Build();
        await host.StartAsync(Cancel);
        var client = host.Services.GetRequiredService<ITrainingClient>();
        var request = new TrainingRequest { Algorithm = "a", DatasetId = "d" };
        var running = await client.TrainAsync(request, Cancel);
        await client.TrainAsync(request, Cancel);
        await client.WatchTrainingAsync(running, cancellationToken: Cancel).FirstAsync(s => s.State is JobState.Running, Cancel);
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();

        await runtime.ListedAsync(5, Cancel);
        var before = Version();
        await runtime.ListedAsync(100, Cancel);

        Assert.Equal(before, Version());
        await host.StopAsync(Cancel);

        // It changes with every commit of another connection.
        long Version()
        {
            using var version = connection.CreateCommand();
            version.CommandText = "PRAGMA data_version";
            return (long)version.ExecuteScalar()!;
        }
    }
}
