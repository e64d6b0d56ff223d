using Orca.Training.Client;
using Orca.Training.Pools;

namespace Orca.Training.Tests.Pools;

/// <summary>In which pool a submission waits, and who is refused.</summary>
public sealed class PoolGateTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_pools_a_job_has_none_and_no_request_names_one()
    {
        using var world = new PoolWorld(_ => { });

        Assert.Null(await world.PoolOfAsync(world.Application));
        Assert.Null(await world.PoolOfAsync(world.As("ann")));
        var refused = await PoolWorld.RefusedAsync(world.As("ann"), "vision");
        Assert.Equal((TrainingError.InvalidArgument, "pool: 'vision' is unknown: this service has no pools. Leave it out."), (refused.Error, refused.Message));
    }

    [Fact]
    public async Task Who_is_named_most_closely_has_that_pool_and_can_ask_for_the_others()
    {
        using var world = Three();

        Assert.Equal("vision", await world.PoolOfAsync(world.As("ann")));
        Assert.Equal("speech", await world.PoolOfAsync(world.As("ann"), "speech"));
        Assert.Equal("team-c", await world.PoolOfAsync(world.As("cleo", new TrainingGrant(TrainingRole.Submitter, "c"))));
        Assert.Equal("speech", await world.PoolOfAsync(world.As("dan", new TrainingGrant(TrainingRole.Viewer, "c"), new TrainingGrant(TrainingRole.Submitter, "d"))));
        Assert.Equal("speech", await world.PoolOfAsync(world.As(null)));
    }

    [Fact]
    public async Task A_pool_that_a_caller_has_no_right_to_is_refused_whether_it_is_there_or_not()
    {
        using var world = Three();

        var there = await PoolWorld.RefusedAsync(world.As("ann"), "team-c");
        var not = await PoolWorld.RefusedAsync(world.As("dan"), "nowhere");

        Assert.Equal(
            (TrainingError.PermissionDenied, "pool: You may not use the pool 'team-c'. Give 'vision' or 'speech', or leave it out for 'vision'."),
            (there.Error, there.Message));
        Assert.Equal(
            (TrainingError.PermissionDenied, "pool: You may not use the pool 'nowhere'. Give 'speech', or leave it out for 'speech'."),
            (not.Error, not.Message));
    }

    [Fact]
    public async Task Who_is_in_no_pool_is_refused_unless_there_is_a_default_one()
    {
        using var closed = new PoolWorld(b => b.AddPool("vision", p => p.On("box").For("ann")));
        using var open = new PoolWorld(b => b.AddPool("vision", p => p.On("box").For("ann")).AddPool("rest", p => p.On("box")), "DefaultPool", "rest");

        var refused = await PoolWorld.RefusedAsync(closed.As("bob"));
        Assert.Equal(
            (TrainingError.PermissionDenied, "You may not submit trainings, because 'bob' is in no pool of this service: ask for a pool."),
            (refused.Error, refused.Message));
        Assert.Equal("rest", await open.PoolOfAsync(open.As("bob")));
        Assert.Equal("vision", await open.PoolOfAsync(open.As("ann")));
    }

    [Fact]
    public async Task The_application_may_use_each_pool_and_says_which_where_there_is_no_default()
    {
        using var world = Three();
        using var several = new PoolWorld(b => b.AddPool("a", p => p.On("box").For("x")).AddPool("b", p => p.On("box").For("y")));
        using var one = new PoolWorld(b => b.AddPool("a", p => p.On("box").For("x")));

        Assert.Equal("speech", await world.PoolOfAsync(world.Application));
        Assert.Equal("team-c", await world.PoolOfAsync(world.Application, "team-c"));
        Assert.Equal("a", await one.PoolOfAsync(one.Application));
        Assert.Equal("pool: It is missing, and this service has no default pool: give 'a' or 'b'.", (await PoolWorld.RefusedAsync(several.Application)).Message);
        Assert.Equal("pool: 'c' is unknown: give 'a' or 'b'.", (await PoolWorld.RefusedAsync(several.Application, "c")).Message);
    }

    [Fact]
    public async Task Each_training_of_a_call_goes_to_its_pool_and_the_one_that_may_not_is_named()
    {
        using var world = Three();
        var client = world.As("ann");

        var group = await client.TrainAllAsync([PoolWorld.Request, PoolWorld.Request with { Pool = "speech" }], cancellationToken: Cancel);
        var sweep = await client.TrainSweepAsync(
            new TrainingSweep { Request = PoolWorld.Request with { Pool = "speech", Priority = 3 }, Grid = [new("LR", ["1", "2"])] }, Cancel);
        var refused = await Assert.ThrowsAsync<TrainingException>(
            () => client.TrainAllAsync([PoolWorld.Request, PoolWorld.Request with { Pool = "team-c" }], cancellationToken: Cancel));

        Assert.Equal(["vision", "speech"], await PoolsAsync(group));
        Assert.Equal(["speech", "speech"], await PoolsAsync(sweep));
        Assert.StartsWith("requests[1].pool: You may not use the pool 'team-c'.", refused.Message, StringComparison.Ordinal);

        async Task<IEnumerable<string?>> PoolsAsync(TrainingGroup trainings) =>
            (await world.Store.ReadAsync(trainings.Jobs, Cancel)).Select(r => r!.Value.Job.Pool);
    }

    [Fact]
    public async Task Users_of_a_pool_that_moves_go_with_it_and_its_old_name_stands_for_the_new_one()
    {
        using var world = new PoolWorld(b => b
            .AddPool("old", p => p.For("ann").MovesTo = "older")
            .AddPool("older", p => p.For("bob").MovesTo = "new")
            .AddPool("new", p => p.On("box").For("cleo")));

        Assert.Equal("new", await world.PoolOfAsync(world.As("ann")));
        Assert.Equal("new", await world.PoolOfAsync(world.As("bob"), "older"));
        Assert.Equal("new", await world.PoolOfAsync(world.Application, "old"));
    }

    [Fact]
    public async Task A_resolver_of_the_host_decides_and_is_told_whose_pools_it_is_asked_for()
    {
        PoolCaller? asked = null;
        using var world = new PoolWorld(b =>
        {
            Three(b);
            Use(b, (caller, _) =>
            {
                asked = caller;
                return ValueTask.FromResult<PoolGrant?>(caller.User == "eve" ? null : new PoolGrant("team-c", ["vision", "gone"]));
            });
        });

        Assert.Equal("team-c", await world.PoolOfAsync(world.As("ann", new TrainingGrant(TrainingRole.Operator), new TrainingGrant(TrainingRole.Submitter, "x"), new TrainingGrant(TrainingRole.Viewer, "y"))));
        Assert.Equal(("ann", "x"), (asked!.User, asked.Team));
        Assert.Equal(["x"], asked.Teams);
        Assert.Equal(["Operator", "Submitter", "Viewer"], asked.Roles);
        Assert.Equal("vision", await world.PoolOfAsync(world.As("bob"), "vision"));
        Assert.Equal((null, "default"), (asked.Team, Assert.Single(asked.Teams)));
        Assert.Equal(TrainingError.PermissionDenied, (await PoolWorld.RefusedAsync(world.As("bob"), "gone")).Error);
        Assert.Equal(TrainingError.PermissionDenied, (await PoolWorld.RefusedAsync(world.As("eve"))).Error);
    }

    [Fact]
    public async Task A_resolver_that_throws_or_names_no_pool_costs_its_own_calls_and_is_told_once()
    {
        var isBroken = true;
        using var world = new PoolWorld(b =>
        {
            Three(b);
            Use(b, (caller, _) => caller.User == "odd" ? ValueTask.FromResult<PoolGrant?>(new PoolGrant("gone", []))
                : isBroken ? throw new TimeoutException("The directory is down.")
                : ValueTask.FromResult<PoolGrant?>(new PoolGrant("speech", [])));
        });

        var refused = await PoolWorld.RefusedAsync(world.As("ann"));
        Assert.Equal((TrainingError.Unavailable, "Which pools you may use cannot be found out now. Try again later."), (refused.Error, refused.Message));
        Assert.Equal(TrainingError.Unavailable, (await PoolWorld.RefusedAsync(world.As("odd"))).Error);
        isBroken = false;
        Assert.Equal("speech", await world.PoolOfAsync(world.As("ann")));
        Assert.Single(world.Logs, m => m.Contains("The pool resolver", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_caller_who_gives_up_ends_the_wait_for_the_resolver()
    {
        var ended = new TaskCompletionSource();
        using var world = new PoolWorld(b =>
        {
            Three(b);
            Use(b, async (_, token) =>
            {
                await using var registration = token.Register(ended.SetResult);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return null;
            });
        });
        using var given = new CancellationTokenSource();

        var call = world.As("ann").TrainAsync(PoolWorld.Request, given.Token);
        await given.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await ended.Task.WaitAsync(Cancel);
    }

    private static PoolWorld Three() => new(Three);

    private static void Three(OrcaTrainingBuilder builder) => builder
        .AddPool("vision", p => p.On("box", gpus: 3).For("ann", "bob"))
        .AddPool("speech", p => p.On("box", gpus: 1).For("*"))
        .AddPool("team-c", p => p.On("other").For("team:c"))
        .Services.AddOrcaTraining(o => o.DefaultPool = "speech");

    private static void Use(OrcaTrainingBuilder builder, Func<PoolCaller, CancellationToken, ValueTask<PoolGrant?>> answer)
    {
        Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton(builder.Services, answer);
        builder.UsePoolResolver<Resolver>();
    }

    private sealed class Resolver(Func<PoolCaller, CancellationToken, ValueTask<PoolGrant?>> answer) : IPoolResolver
    {
        public ValueTask<PoolGrant?> ResolveAsync(PoolCaller caller, CancellationToken cancellationToken) => answer(caller, cancellationToken);
    }
}
