using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Testing;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Tracking;

/// <summary>What a host knows of who decides.</summary>
public sealed class TrackerStateTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task One_host_decides_and_the_other_waits_until_it_is_gone() => VirtualTime.RunAsync(async time =>
    {
        var store = new MemoryJobStore(new MemoryJobStoreOptions(), time);
        await using var first = await TestHost.StartAsync(time, build: b => b.UseJobStore(_ => store));
        await Task.Delay(TimeSpan.FromSeconds(1), time, Cancel);
        await using var second = await TestHost.StartAsync(time, build: b => b.UseJobStore(_ => store));
        await Task.Delay(TimeSpan.FromSeconds(1), time, Cancel);
        Assert.Equal((TrackerRole.Deciding, TrackerRole.Waiting), (StateOf(first).Role, StateOf(second).Role));

        await first.Host.StopAsync(Cancel);
        Assert.Equal(TrackerRole.Stopped, StateOf(first).Role);
        await Task.Delay(TimeSpan.FromMinutes(1), time, Cancel);

        Assert.Equal(TrackerRole.Deciding, StateOf(second).Role);
    });

    [Fact]
    public Task A_tracker_that_fails_says_what_for_until_it_decides_again() => VirtualTime.RunAsync(async time =>
    {
        var store = new FaultyStore(new MemoryJobStore(new MemoryJobStoreOptions(), time));
        store.BeforeLease = () => throw new IOException("The store is away.");
        await using var host = await TestHost.StartAsync(time, build: b => b.UseJobStore(_ => store));
        await Task.Delay(TimeSpan.FromSeconds(10), time, Cancel);
        Assert.Equal((TrackerRole.Failing, "The store is away."), (StateOf(host).Role, StateOf(host).Trouble?.Message));

        store.BeforeLease = () => Task.CompletedTask;
        await Task.Delay(TimeSpan.FromSeconds(10), time, Cancel);

        Assert.Equal((TrackerRole.Deciding, null), (StateOf(host).Role, StateOf(host).Trouble));
    });

    [Fact]
    public void A_tracker_that_was_never_started_is_stopped() => Assert.Equal(TrackerRole.Stopped, new TrackerState().Role);

    private static TrackerState StateOf(TestHost host) => host.Host.Services.GetRequiredService<TrackerState>();
}
