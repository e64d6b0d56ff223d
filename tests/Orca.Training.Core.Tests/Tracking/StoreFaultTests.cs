using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Testing;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Tracking;

/// <summary>What a store does to the tracker that fails, or does not answer.</summary>
public sealed class StoreFaultTests
{
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(15);

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
            var setAside = await host.Store.ReadAsync(results[0].Job!.Id, Cancel);
            Assert.Equal((JobState.Failed, OutcomeCode.InternalError), (setAside!.Value.Job.State, setAside.Value.Job.Outcome!.Code));
            Assert.StartsWith("The service failed twice when it decided about this training", setAside.Value.Job.Outcome.Message, StringComparison.Ordinal);
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
        var lease = new Lease(store, Lasting, time);
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
        Assert.True(time.GetUtcNow() < asked + Lasting, $"the lease was trusted until {time.GetUtcNow() - asked} after its renewal was asked for");
    });

    [Fact]
    public Task A_lease_whose_renewal_fails_is_kept_if_a_later_one_is_granted_in_time() => VirtualTime.RunAsync(async time =>
    {
        var store = NewStore(time);
        var lease = new Lease(store, Lasting, time);
        var fence = await lease.AcquireAsync(Cancel);
        var away = time.GetUtcNow() + TimeSpan.FromSeconds(9);
        store.BeforeLease = () => time.GetUtcNow() < away ? throw new IOException("The store is away.") : Task.CompletedTask;
        var failures = new List<Exception>();
        using var end = new CancellationTokenSource(TimeSpan.FromHours(1), time);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lease.KeepAsync(fence, end.Token, failures.Add));

        Assert.InRange(failures.Count, 2, 10);
        Assert.All(failures, e => Assert.IsType<IOException>(e));
        await store.ApplyAsync([], fence, Cancel);
    });

    [Fact]
    public Task A_renewal_that_a_timeout_of_the_store_cancelled_is_asked_again() => VirtualTime.RunAsync(async time =>
    {
        var store = NewStore(time);
        var lease = new Lease(store, Lasting, time);
        var fence = await lease.AcquireAsync(Cancel);
        var failures = 1;
        store.BeforeLease = () => failures-- > 0 ? throw new TaskCanceledException("The store's own time ran out.") : Task.CompletedTask;
        using var end = new CancellationTokenSource(TimeSpan.FromHours(1), time);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lease.KeepAsync(fence, end.Token));

        Assert.True(end.IsCancellationRequested, "the term ended with one failed renewal");
    });

    [Fact]
    public Task A_lease_whose_renewals_all_fail_is_given_up_before_it_ends_and_says_why() => VirtualTime.RunAsync(async time =>
    {
        var store = NewStore(time);
        var lease = new Lease(store, Lasting, time);
        var asked = time.GetUtcNow();
        var fence = await lease.AcquireAsync(Cancel);
        store.BeforeLease = () => throw new IOException("The store is away.");

        var error = await Assert.ThrowsAsync<IOException>(() => lease.KeepAsync(fence, Cancel));

        Assert.Equal("The store is away.", error.Message);
        Assert.InRange(time.GetUtcNow() - asked, Lasting / 2, Lasting - TimeSpan.FromSeconds(1));
    });

    private static FaultyStore NewStore(VirtualTime time) => new(new MemoryJobStore(new MemoryJobStoreOptions(), time));
}
