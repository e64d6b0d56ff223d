using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Tests.Pools;

/// <summary>Pools come, change and go while the host runs, and no open training loses its own.</summary>
public sealed class PoolReloadTests
{
    private const int Refused = 1043;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pools_are_taken_over_while_the_host_runs_with_what_code_has_set()
    {
        using var world = new PoolWorld(b => b.AddPool("day", p => p.For("ann")), "Pools:day:Machines:box:Gpus", "1");
        Assert.Equal("day", await world.PoolOfAsync(world.As("ann")));

        world.Change("Pools:night:Machines:other", "", "Pools:night:Users:0", "bob", "DefaultPool", "night", "Pools:day:Weight", "2");

        Assert.Equal("night", await world.PoolOfAsync(world.As("bob")));
        Assert.Equal("night", await world.PoolOfAsync(world.As("cleo")));
        Assert.Equal("day", await world.PoolOfAsync(world.As("ann")));
        var options = world.Host.Services.GetRequiredService<IOptionsMonitor<OrcaTrainingOptions>>().CurrentValue;
        Assert.Equal((2, 1), (options.Pools["day"].Weight, options.Pools["day"].Machines["box"].Gpus));
        Assert.Equal(
            ["Reloaded settings, which apply to new requests and launches: OrcaTraining:DefaultPool, OrcaTraining:Pools:day:Weight, OrcaTraining:Pools:night:Machines:other, OrcaTraining:Pools:night:Users:0"],
            world.Told(1041));
    }

    [Fact]
    public async Task A_pool_with_open_trainings_stays_until_it_says_where_they_go()
    {
        using var world = new PoolWorld(_ => { }, "DefaultPool", "day", "Pools:day:Machines:box", "", "Pools:night:Machines:box", "", "Pools:night:Users:0", "bob");
        var job = await world.As("bob").TrainAsync(PoolWorld.Request, Cancel);

        world.Change("Pools:night:Machines:box", null, "Pools:night:Users:0", null);
        Assert.Equal("night", await world.PoolOfAsync(world.As("bob")));
        world.Change("Pools:night:MovesTo", "day");
        Assert.Equal("day", await world.PoolOfAsync(world.As("bob")));

        var record = (await world.Store.ReadAsync(job, Cancel))!.Value.Job;
        var pools = world.Host.Services.GetRequiredService<CurrentPools>().Settings;
        Assert.Equal(("night", "day", true), (record.Pool, pools.Of(record, out var isKnown)?.Name, isKnown));
        Assert.Equal(
            ["The changed configuration is not valid, and the old settings stay in use: OrcaTraining:Pools:night is not there, and 1 training is open in that pool: keep it, and set its MovesTo to the pool where they go."],
            world.Told(Refused));
    }

    [Fact]
    public async Task A_pool_without_open_trainings_goes()
    {
        using var world = new PoolWorld(_ => { }, "DefaultPool", "day", "Pools:day:Machines:box", "", "Pools:night:Machines:box", "", "Pools:night:Users:0", "bob");
        var job = await world.As("bob").TrainAsync(PoolWorld.Request, Cancel);
        await world.Store.ApplyAsync(
            [new JobCommand.FinishQueued(job, JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(1))],
            await world.Store.AcquireLeaseAsync("h", TimeSpan.FromHours(1), Cancel),
            Cancel);

        world.Change("Pools:night:Machines:box", null, "Pools:night:Users:0", null);

        Assert.Equal("day", await world.PoolOfAsync(world.As("bob")));
        Assert.Empty(world.Told(Refused));
    }

    [Fact]
    public async Task Trainings_from_before_there_were_pools_wait_in_the_default_pool_which_there_has_to_be()
    {
        using var world = new PoolWorld(_ => { });
        var job = await world.Application.TrainAsync(PoolWorld.Request, Cancel);

        world.Change("Pools:day:Machines:box", "", "Pools:day:Users:0", "*");
        Assert.Null(await world.PoolOfAsync(world.Application));
        world.Change("DefaultPool", "day");
        Assert.Equal("day", await world.PoolOfAsync(world.Application));

        var record = (await world.Store.ReadAsync(job, Cancel))!.Value.Job;
        Assert.Equal((null, "day"), (record.Pool, world.Host.Services.GetRequiredService<CurrentPools>().Settings.Of(record, out _)?.Name));
        Assert.Equal(
            ["The changed configuration is not valid, and the old settings stay in use: OrcaTraining:DefaultPool is not set, and 1 training is open without a pool, from before there were pools: set it to the pool in which they wait."],
            world.Told(Refused));
    }

    [Fact]
    public async Task All_pools_can_go_at_once_since_then_there_is_one_for_everybody()
    {
        using var world = new PoolWorld(_ => { }, "DefaultPool", "day", "Pools:day:Machines:box", "");
        var job = await world.Application.TrainAsync(PoolWorld.Request, Cancel);

        world.Change("Pools:day:Machines:box", null, "DefaultPool", null);

        var record = (await world.Store.ReadAsync(job, Cancel))!.Value.Job;
        var pools = world.Host.Services.GetRequiredService<CurrentPools>().Settings;
        Assert.Equal(("day", null, true), (record.Pool, pools.Of(record, out var isKnown), isKnown));
    }

    [Fact]
    public async Task A_host_does_not_start_with_open_trainings_in_pools_that_are_not_there()
    {
        using var world = new PoolWorld(_ => { }, "Pools:day:Machines:box", "", "Pools:day:Users:0", "*");
        await world.Store.ApplyAsync([JobSamples.Submit() with { Pool = "night" }, JobSamples.Submit() with { Pool = "night" }, JobSamples.Submit()], null, Cancel);

        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => world.Host.StartAsync(Cancel));

        Assert.Equal(
            [
                "OrcaTraining:DefaultPool is not set, and 1 training is open without a pool, from before there were pools: set it to the pool in which they wait.",
                "OrcaTraining:Pools:night is not there, and 2 trainings are open in that pool: keep it, and set its MovesTo to the pool where they go.",
            ],
            wrong.Failures);
    }
}
