using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Testing.Tests.Hosting;

/// <summary>A whole host in virtual time, with as many trainings as a real one has in months.</summary>
public sealed class ManyTrainingsTests
{
    private const int AtOnce = 100;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task Ten_thousand_trainings_of_a_day_each_end_on_their_days() => VirtualTime.RunAsync(async time =>
    {
        var engine = new FakeContainerRuntime(time);
        engine.Script(attempt => FakeTraining.Succeeds.RunsFor(TimeSpan.FromDays(1)));
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddOrcaTraining(o => { o.AddAlgorithm("a", "image"); o.ReconcilePeriod = o.LeaseDuration = TimeSpan.FromDays(1); })
            .UseFakeRuntime(engine).UseFakeStores().UseVirtualTime(time).UseCapacityPolicy(CapacityPolicies.Jobs(AtOnce));
        using var host = builder.Build();
        await host.StartAsync(Cancel);
        var client = host.Services.GetRequiredService<ITrainingClient>();
        var jobs = new List<JobId>();
        while (jobs.Count < 10_000)
        {
            jobs.Add(await client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "d" }, Cancel));
        }

        for (var i = 0; i < jobs.Count; i++)
        {
            var last = await client.WatchTrainingAsync(jobs[i], cancellationToken: Cancel).LastAsync(Cancel);

            Assert.Equal(JobState.Succeeded, last.State);
            Assert.Equal(TimeSpan.FromDays((i / AtOnce) + 1), last.FinishedAt - last.SubmittedAt);
        }

        await host.StopAsync(Cancel);
    });
}
