using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Testing;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Tracking;

/// <summary>What a store does to the tracker that fails, or does not answer.</summary>
public sealed class StoreFaultTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_feed_that_fails_once_is_read_on() => VirtualTime.RunAsync(
        async time =>
        {
            var store = NewStore(time);
            var failures = 1;
            store.BeforeChanges = () => failures-- > 0 ? throw new IOException("The store is away.") : Task.CompletedTask;
            await using var host = await TestHost.StartAsync(time, build: b => b.UseJobStore(_ => store));
            await Task.Delay(TimeSpan.FromSeconds(1), time, Cancel);

            var status = await host.FinishAsync(await host.TrainAsync());

            Assert.Equal(JobState.Succeeded, status.State);
        },
        TimeSpan.FromMinutes(10));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public Task A_job_on_which_a_decision_fails_takes_none_that_is_told_with_it_along(int secondsAfterStart) => VirtualTime.RunAsync(
        async time =>
        {
            // Right at the start both are among the open jobs that the decider loads, later in a page of its feed.
            await using var host = await TestHost.StartAsync(time);
            await Task.Delay(TimeSpan.FromSeconds(secondsAfterStart), time, Cancel);
            // No client lets such a request through; the store takes both in one commit.
            var fit = new TrainingRequest { Algorithm = "a", DatasetId = "d", DatasetVersion = "v" };
            var unfit = fit with { Algorithm = null! };
            var results = await host.Store.ApplyAsync(
                [new JobCommand.Submit(unfit, null, time.GetUtcNow()), new JobCommand.Submit(fit, null, time.GetUtcNow())], fence: null, Cancel);

            var status = await host.FinishAsync(results[1].Job!.Id);

            Assert.Equal(JobState.Succeeded, status.State);
        },
        TimeSpan.FromMinutes(10));

    [Fact]
    public Task A_host_whose_decider_has_failed_stops_at_once() => VirtualTime.RunAsync(async time =>
    {
        var store = NewStore(time);
        store.BeforeOpenJobs = () => throw new IOException("The store is away.");
        await using var host = await TestHost.StartAsync(time, build: b => b.UseJobStore(_ => store));
        await Task.Delay(TimeSpan.FromMilliseconds(500), time, Cancel);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), time);

        await host.Host.StopAsync(patience.Token);

        Assert.False(patience.IsCancellationRequested, "the stop took all the time that it was given");
    });

    [Fact]
    public Task Trust_in_a_lease_ends_before_the_lease_even_if_the_store_never_answers() => VirtualTime.RunAsync(async time =>
    {
        var store = NewStore(time);
        var duration = TimeSpan.FromSeconds(15);
        var lease = new Lease(store, duration, time);
        var fence = await lease.AcquireAsync(Cancel);
        // A renewal is granted, but its answer is slow; then nothing answers, nor heeds its cancellation.
        var asked = time.GetUtcNow();
        var renewals = 0;
        store.BeforeLease = async () =>
        {
            if (++renewals > 1)
            {
                await new TaskCompletionSource().Task;
            }

            asked = time.GetUtcNow();
            await Task.Delay(TimeSpan.FromSeconds(4), time, Cancel);
        };

        await Assert.ThrowsAsync<StaleFenceException>(() => lease.KeepAsync(fence, Cancel));

        Assert.Equal(2, renewals);
        Assert.True(time.GetUtcNow() < asked + duration, $"the lease was trusted until {time.GetUtcNow() - asked} after its renewal was asked for");
    });

    private static FaultyStore NewStore(VirtualTime time) => new(new MemoryJobStore(new MemoryJobStoreOptions(), time));
}
