using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Testing;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Tracking;

/// <summary>How a host gets, keeps and loses the store's lease.</summary>
public sealed class LeaseTests
{
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(15);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_lease_that_is_kept_holds_for_days() => VirtualTime.RunAsync(async time =>
    {
        var store = new MemoryJobStore(new MemoryJobStoreOptions(), time);
        var lease = new Lease(store, Lasting, time);
        var fence = await lease.AcquireAsync(Cancel);
        using var end = new CancellationTokenSource(TimeSpan.FromDays(2), time);
        var keeping = lease.KeepAsync(fence, end.Token);

        for (var minute = 0; minute < 60; minute++)
        {
            await Task.Delay(TimeSpan.FromMinutes(1) + TimeSpan.FromSeconds(0.7 * minute), time, Cancel);
            Assert.Null(await store.AcquireLeaseAsync("another", Lasting, Cancel));
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => keeping);
        await store.ApplyAsync([], fence, Cancel);
    });

    [Fact]
    public Task Two_hosts_that_begin_at_the_same_moment_are_not_taken_for_one() => VirtualTime.RunAsync(async time =>
    {
        var store = new MemoryJobStore(new MemoryJobStoreOptions(), time);
        var (first, second) = (new Lease(store, Lasting, time), new Lease(store, Lasting, time));
        var fence = await first.AcquireAsync(Cancel);

        var waiting = second.AcquireAsync(Cancel);
        await Task.Delay(TimeSpan.FromSeconds(10), time, Cancel);
        Assert.False(waiting.IsCompleted, "both have it");

        Assert.True((await waiting).Term > fence.Term);
    });

    [Fact]
    public Task Who_waits_for_a_lease_gets_it_within_an_eighth_of_its_time_after_it_ends() => VirtualTime.RunAsync(async time =>
    {
        var store = new MemoryJobStore(new MemoryJobStoreOptions(), time);
        await store.AcquireLeaseAsync("another", Lasting, Cancel);
        var start = time.GetUtcNow();

        await new Lease(store, Lasting, time).AcquireAsync(Cancel);

        Assert.InRange(time.GetUtcNow() - start, Lasting, Lasting + (Lasting / 8));
    });

    [Fact]
    public Task By_default_another_host_decides_within_five_seconds() => VirtualTime.RunAsync(async time =>
    {
        var lasting = new OrcaTrainingOptions().LeaseDuration;
        var store = new MemoryJobStore(new MemoryJobStoreOptions(), time);
        var waiting = new Lease(store, lasting, time);
        await store.AcquireLeaseAsync("killed right after this", lasting, Cancel);
        var start = time.GetUtcNow();

        await waiting.AcquireAsync(Cancel);

        Assert.True(time.GetUtcNow() - start < TimeSpan.FromSeconds(5), $"it took {time.GetUtcNow() - start}");
    });

    [Fact]
    public Task A_lease_that_is_given_back_is_taken_up_within_an_eighth_of_its_time() => VirtualTime.RunAsync(async time =>
    {
        var store = new MemoryJobStore(new MemoryJobStoreOptions(), time);
        var fence = (await store.AcquireLeaseAsync("another", Lasting, Cancel))!.Value;
        var waiting = new Lease(store, Lasting, time).AcquireAsync(Cancel);
        await Task.Delay(TimeSpan.FromSeconds(1), time, Cancel);
        var start = time.GetUtcNow();

        await store.ReleaseLeaseAsync(fence, Cancel);
        await waiting;

        Assert.True(time.GetUtcNow() - start <= Lasting / 8);
    });

    [Fact]
    public Task Who_loses_the_lease_learns_it_at_the_next_renewal() => VirtualTime.RunAsync(async time =>
    {
        var store = new MemoryJobStore(new MemoryJobStoreOptions(), time);
        var lease = new Lease(store, Lasting, time);
        var fence = await lease.AcquireAsync(Cancel);
        await store.ReleaseLeaseAsync(fence, Cancel);
        await store.AcquireLeaseAsync("another", TimeSpan.FromHours(1), Cancel);
        var start = time.GetUtcNow();

        await Assert.ThrowsAsync<StaleFenceException>(() => lease.KeepAsync(fence, Cancel));

        Assert.True(time.GetUtcNow() - start <= Lasting / 3);
    });

    [Fact]
    public Task A_lease_that_ended_and_was_taken_anew_under_another_term_is_lost() => VirtualTime.RunAsync(async time =>
    {
        var store = new MemoryJobStore(new MemoryJobStoreOptions(), time);
        var lease = new Lease(store, Lasting, time);
        var fence = await lease.AcquireAsync(Cancel);
        await store.ReleaseLeaseAsync(fence, Cancel);

        await Assert.ThrowsAsync<StaleFenceException>(() => lease.KeepAsync(fence, Cancel));
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4.9)]
    public Task A_store_that_stops_answering_ends_the_trust_before_the_lease_ends(double secondsOfEachAnswer) => VirtualTime.RunAsync(async time =>
    {
        var store = new SlowStore(new MemoryJobStore(new MemoryJobStoreOptions(), time), time) { Slowness = TimeSpan.FromSeconds(secondsOfEachAnswer) };
        var lease = new Lease(store, Lasting, time);
        var keeping = lease.KeepAsync(await lease.AcquireAsync(Cancel), Cancel);
        await Task.Delay(TimeSpan.FromMinutes(1), time, Cancel);
        Assert.False(keeping.IsCompleted, "it was slow, and still in time");

        store.Slowness = TimeSpan.FromDays(1);
        await Assert.ThrowsAsync<StaleFenceException>(() => keeping);

        Assert.True(time.GetUtcNow() <= store.EndOfLease, $"trusted until {time.GetUtcNow():O}, the lease ended {store.EndOfLease:O}");
    });

    [Fact]
    public Task A_lease_whose_answer_took_too_long_is_not_trusted() => VirtualTime.RunAsync(async time =>
    {
        var store = new SlowStore(new MemoryJobStore(new MemoryJobStoreOptions(), time), time) { Slowness = TimeSpan.FromSeconds(14) };
        var acquiring = new Lease(store, Lasting, time).AcquireAsync(Cancel);
        await Task.Delay(TimeSpan.FromSeconds(13), time, Cancel);
        store.Slowness = TimeSpan.Zero;

        await acquiring;

        Assert.True(store.EndOfLease - time.GetUtcNow() >= Lasting / 3 * 2, "hardly anything is left of it");
    });

    /// <summary>A store that gives the lease at once and says so late.</summary>
    private sealed class SlowStore(IJobStore store, TimeProvider time) : IJobStore
    {
        public TimeSpan Slowness { get; set; }

        public DateTimeOffset EndOfLease { get; private set; }

        public bool IsDurable => store.IsDurable;

        public bool IsShared => store.IsShared;

        public async ValueTask<Fence?> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken)
        {
            if (Slowness < TimeSpan.FromHours(1))
            {
                EndOfLease = time.GetUtcNow() + duration;
            }

            var fence = await store.AcquireLeaseAsync(holder, duration, cancellationToken);
            await Task.Delay(Slowness, time, cancellationToken);
            return fence;
        }

        public ValueTask<InstallationId> GetInstallationAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<ChangePage> ReadChangesAsync(ChangeCursor after, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<Job>?> ReadJobChangesAsync(JobId job, long afterRevision, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<OpenJobs> ReadOpenJobsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<JobReading?> ReadAsync(JobId job, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<JobReading?>> ReadAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<Job?> FindByKeyAsync(string? user, string key, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<JobReading>> ReadPageAsync(JobQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<Job>> ReadExpiredAsync(JobRetention retention, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask RemoveAsync(IReadOnlyList<JobId> jobs, Fence fence, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask ReleaseLeaseAsync(Fence fence, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
