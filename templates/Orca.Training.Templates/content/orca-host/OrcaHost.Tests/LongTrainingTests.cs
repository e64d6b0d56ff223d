using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Testing;

namespace OrcaHost.Tests;

/// <summary>What takes hours, in virtual time.</summary>
public sealed class LongTrainingTests
{
    [Fact]
    public Task A_training_that_stalls_is_tried_again() => VirtualTime.RunAsync(async time =>
    {
        var engine = new FakeContainerRuntime(time);
        engine.Script(attempt => attempt.Environment["ORCA_ATTEMPT"] == "1" ? FakeTraining.Hangs : FakeTraining.Succeeds);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddOrcaTraining(o => o.AddAlgorithm("a", "image", a =>
        {
            a.Timeouts.NoProgress = TimeSpan.FromMinutes(10);
            a.Retries.MaxRetries = 1;
        })).UseFakeRuntime(engine).UseFakeStores().UseVirtualTime(time);
        using var host = builder.Build();
        await host.StartAsync();
        var client = host.Services.GetRequiredService<ITrainingClient>();

        var job = await client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "d" });
        var last = await client.WatchTrainingAsync(job).LastAsync();

        Assert.Equal(JobState.Succeeded, last.State);
        Assert.Equal(OutcomeCode.Stalled, last.Attempts[0].Outcome!.Code);
        Assert.Equal(2, last.Attempts.Count);
        await host.StopAsync();
    });
}
