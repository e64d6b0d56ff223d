using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Testing.Tests.Hosting;

/// <summary>One user submits a hundred trainings, others one each: they do not wait for the hundred.</summary>
public sealed class TurnsTests
{
    private static readonly TimeSpan JobTime = TimeSpan.FromMinutes(10);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(4, 0)]
    [InlineData(4, 1)]
    public Task One_heavy_user_does_not_block_the_others(int slots, int secondsLater) => RunAsync(slots, pools: false, async (host, time) =>
    {
        await SubmitAsync(host, "a", 100);
        await Task.Delay(TimeSpan.FromSeconds(secondsLater), time);
        var b = (await SubmitAsync(host, "b", 1))[0];
        var c = (await SubmitAsync(host, "c", 1))[0];

        var longest = await WaitOfAsync(host, b) is var waitOfB && await WaitOfAsync(host, c) is var waitOfC && waitOfB > waitOfC ? waitOfB : waitOfC;

        // With one slot, one of the two waits for what runs and for the other.
        Assert.InRange(longest / JobTime, 0, slots == 1 ? 2.1 : 1.1);
    });

    [Fact]
    public Task A_status_says_where_a_training_stands_and_why_it_waits() => RunAsync(slots: 1, pools: false, async (host, time) =>
    {
        var a = await SubmitAsync(host, "a", 3);
        await Task.Delay(TimeSpan.FromSeconds(1), time);
        var b = (await SubmitAsync(host, "b", 1))[0];
        var client = host.Services.GetRequiredService<ITrainingClient>();

        Assert.Equal("Queued, next in line: machine 'fake' has no room: the machine is busy with another job.", (await client.GetTrainingStatusAsync(b)).Message);
        var second = await client.GetTrainingStatusAsync(a[1]);
        Assert.Equal(2, second.QueuePosition);
        Assert.Equal(
            "Queued at position 2: machine 'fake' has no room: the machine is busy with another job; another user comes before you.",
            second.Message);
        Assert.Equal(3, (await client.GetTrainingStatusAsync(a[2])).QueuePosition);
    });

    [Fact]
    public Task An_explanation_has_the_reasons_one_by_one_with_their_figures() => RunAsync(slots: 1, pools: false, async (host, time) =>
    {
        var a = await SubmitAsync(host, "a", 3);
        await Task.Delay(TimeSpan.FromSeconds(1), time);
        await SubmitAsync(host, "b", 1);
        var client = host.Services.GetRequiredService<ITrainingClient>();

        var second = await client.ExplainAsync(a[1]);

        Assert.Equal((StartVerdict.Waits, 2), (second.Verdict, second.Position));
        Assert.Equal([(WaitCode.NoRoom, WaitSeverity.Room), (WaitCode.NotYourTurn, WaitSeverity.Turn)], second.Reasons.Select(r => (r.Code, r.Severity)));
        Assert.Equal(("fake", 1), (second.Reasons[0].Machine, second.Reasons[1].UsersAhead));
        Assert.Equal(StartVerdict.Started, (await client.ExplainAsync(a[0])).Verdict);
    });

    [Fact]
    public Task Pools_say_what_they_own_and_use_to_those_who_may_use_them() => RunAsync(slots: 0, pools: true, async (host, time) =>
    {
        await SubmitAsync(host, "a", 5);
        await SubmitAsync(host, "b", 1);
        await Task.Delay(TimeSpan.FromSeconds(1), time);

        var all = await host.Services.GetRequiredService<ITrainingClient>().Pools.ListAsync(Token);
        var heavy = all.Single(p => p.Name == "heavy");
        var machine = Assert.Single(heavy.Machines);

        Assert.Equal(["heavy", "light"], all.Select(p => p.Name));
        Assert.Equal((2, 3), (heavy.Queued, heavy.Running));
        Assert.Equal(("fake", 48, 48, 3), (machine.Name, machine.Owned!.Cpus, machine.Used.Cpus, machine.Used.Jobs));
        Assert.Equal(["light"], (await ClientOf(host, "b").Pools.ListAsync(Token)).Select(p => p.Name));
        Assert.Empty(await ClientOf(host, "stranger").Pools.ListAsync(Token));
        await Assert.ThrowsAsync<TrainingException>(() => ClientOf(host, "b").Pools.GetAsync("heavy", Token));
    });

    [Fact]
    public Task A_user_s_own_trainings_go_by_priority_and_pass_nobody_else_s() => RunAsync(slots: 1, pools: false, async (host, time) =>
    {
        await SubmitAsync(host, "a", 1);
        await Task.Delay(TimeSpan.FromSeconds(1), time);
        var later = await SubmitAsync(host, "a", 1);
        var urgent = await SubmitAsync(host, "a", 1, priority: 100);
        var b = await SubmitAsync(host, "b", 1);
        await Task.Delay(JobTime * 8, time);

        var client = host.Services.GetRequiredService<ITrainingClient>();
        var starts = new List<DateTimeOffset?>();
        foreach (var job in new[] { b[0], urgent[0], later[0] })
        {
            starts.Add((await client.GetTrainingStatusAsync(job)).StartedAt);
        }

        Assert.Equal(starts.Order(), starts);
    });

    [Fact]
    public Task A_pool_that_owns_a_part_of_a_machine_starts_at_once_whatever_others_have_queued() => RunAsync(slots: 0, pools: true, async (host, time) =>
    {
        await SubmitAsync(host, "a", 30);
        await Task.Delay(TimeSpan.FromSeconds(1), time);
        var b = await SubmitAsync(host, "b", 2);

        Assert.InRange(await WaitOfAsync(host, b[0]), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.InRange(await WaitOfAsync(host, b[1]), JobTime, JobTime + TimeSpan.FromSeconds(5));
    });

    private static Task RunAsync(int slots, bool pools, Func<IHost, TimeProvider, Task> test) => VirtualTime.RunAsync(async time =>
    {
        var engine = new FakeContainerRuntime(time);
        engine.Script(_ => FakeTraining.Succeeds.RunsFor(JobTime));
        var builder = Host.CreateEmptyApplicationBuilder(new());
        var training = builder.Services
            .AddOrcaTraining(o => o.AddAlgorithm("x", "image", a => a.Cpus = 16))
            .UseFakeRuntime(engine).UseFakeStores().UseVirtualTime(time);
        training.Services.AddSingleton(slots > 0 ? CapacityPolicies.Jobs(slots) : CapacityPolicies.ByResources);
        if (pools)
        {
            // Without roles, each caller is an operator and sees all pools.
            builder.Services.Configure<AccessOptions>(o => o.Roles["users"] = new AccessRoleOptions { Claim = "groups", Value = "users", Role = TrainingRole.Submitter });
            training.AddPool("heavy", p => p.On("fake", cpus: 48).For("a")).AddPool("light", p => p.On("fake", cpus: 16).For("b"));
        }

        using var host = builder.Build();
        await host.StartAsync();
        await test(host, time);
        await host.StopAsync();
    });

    private static ITrainingClient ClientOf(IHost host, string user) =>
        host.Services.GetRequiredService<ITrainingClientFactory>().For(new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", user), new Claim("groups", "users")], "test")));

    private static async Task<IReadOnlyList<JobId>> SubmitAsync(IHost host, string user, int count, int priority = 0)
    {
        var client = ClientOf(host, user);
        var jobs = new List<JobId>();
        for (var i = 0; i < count; i++)
        {
            jobs.Add(await client.TrainAsync(new TrainingRequest { Algorithm = "x", DatasetId = "d", Priority = priority }));
        }

        return jobs;
    }

    private static async Task<TimeSpan> WaitOfAsync(IHost host, JobId job)
    {
        var client = host.Services.GetRequiredService<ITrainingClient>();
        await foreach (var status in client.WatchTrainingAsync(job))
        {
            if (status.StartedAt is { } started)
            {
                return started - status.SubmittedAt;
            }
        }

        throw new InvalidOperationException("It has ended without a start.");
    }
}
