using Orca.Training.Jobs;

namespace Orca.Training.EndToEnd.Tests;

/// <summary>Whatever ends a training, the next one runs. What is said of each end is in the exit matrix.</summary>
public sealed class OutcomeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("exit 3")]
    [InlineData("kill -KILL $$")]
    [InlineData("tail /dev/zero")]
    public async Task A_training_that_fails_leaves_room_for_the_next(string script)
    {
        await using var service = await Service.StartAsync();
        var bad = await service.RunAsync(script);
        var next = await service.RunAsync("true");

        Assert.Equal(JobState.Failed, (await service.FinishAsync(bad)).State);
        Assert.Equal(JobState.Succeeded, (await service.FinishAsync(next)).State);
    }

    [Fact]
    public async Task An_engine_that_takes_its_containers_with_it_runs_the_next()
    {
        await using var engine = await SecondEngine.StartNewAsync(keepsContainers: false, Cancel);
        await using var service = await Service.StartAsync(engine: engine.Host);
        var job = await service.RunAsync("""echo '{"orca":"progress","done":1,"total":2}'; sleep 600""");
        var next = await service.RunAsync("true");
        await service.WaitAsync(job, s => s.Progress.Done is 1);

        await engine.StopAsync(Cancel);
        await engine.StartAsync(Cancel);

        Assert.Equal(JobState.Failed, (await service.FinishAsync(job)).State);
        Assert.Equal(JobState.Succeeded, (await service.FinishAsync(next)).State);
    }
}
