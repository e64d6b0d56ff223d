using Orca.Training.Jobs;

namespace Orca.Training.EndToEnd.Tests;

public sealed class LateEngineTests
{
    [Fact]
    public async Task An_engine_that_comes_only_after_the_host_finds_the_job_waiting_with_the_reason()
    {
        var path = Path.Combine(Path.GetTempPath(), $"orca-late-{Environment.ProcessId}.sock");
        await using var service = await Service.StartAsync(o => o.ReconcilePeriod = TimeSpan.FromSeconds(1), engine: $"unix://{path}");
        var job = await service.RunAsync("true");
        var waiting = await service.WaitAsync(job, s => s.Message.Contains(path, StringComparison.Ordinal) || s.State.IsFinal());
        Assert.False(waiting.State.IsFinal(), waiting.Message);

        await using var engine = new EngineProxy(EngineFaultTests.Engine, _ => new Treatment.Pass(), path: path);

        Assert.Equal(JobState.Succeeded, (await service.FinishAsync(job)).State);
    }
}
