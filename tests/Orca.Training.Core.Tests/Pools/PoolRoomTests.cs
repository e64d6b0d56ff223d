using System.Reflection;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Pools;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Tests.Pools;

/// <summary>How many trainings may wait in a pool.</summary>
public sealed class PoolRoomTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_queue_is_told_with_its_limit_and_has_room_again()
    {
        using var world = new PoolWorld(b => b.AddPool("p", p =>
        {
            p.On("box").For("*");
            (p.MaxQueued, p.MaxQueuedPerUser) = (3, 2);
        }));
        var (ann, bob) = (world.As("ann"), world.As("bob"));
        var first = await ann.TrainAsync(PoolWorld.Request, Cancel);
        await ann.TrainAsync(PoolWorld.Request, Cancel);

        var own = await PoolWorld.RefusedAsync(ann);
        var batch = await Assert.ThrowsAsync<TrainingException>(() => bob.TrainAllAsync([PoolWorld.Request, PoolWorld.Request], cancellationToken: Cancel));
        await bob.TrainAsync(PoolWorld.Request, Cancel);
        var all = await PoolWorld.RefusedAsync(bob);
        await world.Store.ApplyAsync([new JobCommand.BeginAttempt(first, 1, "box", JobSamples.At(1))], await world.Store.AcquireLeaseAsync("h", TimeSpan.FromHours(1), Cancel), Cancel);
        await ann.TrainAsync(PoolWorld.Request, Cancel);

        Assert.Equal(
            (TrainingError.ResourceExhausted, "You have 2 queued trainings in the pool 'p', and 1 more would exceed its limit of 2 for a user. Wait for some to start, or cancel some."),
            (own.Error, own.Message));
        Assert.Equal("The pool 'p' has 2 queued trainings, and 2 more would exceed its limit of 3. Wait for some to start, or cancel some.", batch.Message);
        Assert.Equal("The pool 'p' has 3 queued trainings, and 1 more would exceed its limit of 3. Wait for some to start, or cancel some.", all.Message);
    }

    [Fact]
    public async Task Trainings_that_wait_under_the_name_of_a_pool_that_moved_count_where_they_went()
    {
        using var world = new PoolWorld(
            b => b.AddPool("new", p =>
            {
                p.On("box").For("*");
                p.MaxQueued = 2;
            }),
            "Pools:old:MovesTo", "new");
        await world.Store.ApplyAsync([JobSamples.Submit() with { Pool = "old" }], null, Cancel);

        await world.Application.TrainAsync(PoolWorld.Request, Cancel);

        Assert.Contains("has 2 queued trainings", (await PoolWorld.RefusedAsync(world.Application)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submissions_at_the_same_time_do_not_pass_the_limit_together_and_none_is_refused_that_fits()
    {
        for (var round = 0; round < 20; round++)
        {
            using var world = new PoolWorld(b => b.AddPool("p", p =>
            {
                p.On("box").For("*");
                (p.MaxQueued, p.MaxQueuedPerUser) = (20, 15);
            }));
            var (ann, bob) = (world.As("ann"), world.As("bob"));

            var calls = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(() => TryAsync(i % 2 == 0 ? ann : bob), Cancel)));

            Assert.Equal(20, calls.Count(done => done));
            Assert.Equal(20, (await world.Store.CountOpenAsync("p", Cancel)).Sum(c => c.Queued));
        }

        static async Task<bool> TryAsync(ITrainingClient client)
        {
            try
            {
                await client.TrainAsync(PoolWorld.Request, Cancel);
                return true;
            }
            catch (TrainingException e) when (e.Error is TrainingError.ResourceExhausted)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task What_is_just_being_submitted_is_waited_for_before_another_is_refused()
    {
        var time = new ManualTime();
        var jobs = new MemoryJobStore(new MemoryJobStoreOptions(), time);
        var room = new PoolRoom(jobs, time);
        var pool = PoolOf(maxQueued: 1);
        var first = await room.TakeAsync(pool, ["p"], "ann", 1, Cancel);

        var second = room.TakeAsync(pool, ["p"], "bob", 1, Cancel).AsTask();
        Assert.False(second.IsCompleted);
        // It did not come after all.
        first.Dispose();

        (await second).Dispose();
        await jobs.ApplyAsync([JobSamples.Submit() with { Pool = "p" }], null, Cancel);
        time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<TrainingException>(() => room.TakeAsync(pool, ["p"], "ann", 1, Cancel).AsTask());
    }

    [Fact]
    public async Task A_count_is_reckoned_on_from_for_a_moment()
    {
        var time = new ManualTime();
        var jobs = CountsAlone.New(isShared: false);
        var room = new PoolRoom((IJobStore)(object)jobs, time);
        for (var i = 0; i < 10; i++)
        {
            (await room.TakeAsync(PoolOf(maxQueued: 100), ["p"], "ann", 1, Cancel)).Dispose();
        }

        Assert.Equal(1, jobs.Counts);
        time.Advance(TimeSpan.FromSeconds(1));
        (await room.TakeAsync(PoolOf(maxQueued: 100), ["p"], "ann", 1, Cancel)).Dispose();
        Assert.Equal(2, jobs.Counts);
    }

    [Fact]
    public async Task Where_others_submit_too_only_a_part_of_the_room_is_taken_without_a_count()
    {
        var time = new ManualTime();
        var jobs = CountsAlone.New(isShared: true);
        var room = new PoolRoom((IJobStore)(object)jobs, time);
        for (var i = 0; i < 10; i++)
        {
            (await room.TakeAsync(PoolOf(maxQueued: 16), ["p"], "ann", 1, Cancel)).Dispose();
        }

        // One with each count, and of 16 that are left two by themselves, since nothing came on record.
        Assert.Equal(5, jobs.Counts);
    }

    private static Pool PoolOf(int maxQueued) => Pool.Of("p", new PoolOptions { MaxQueued = maxQueued });

    /// <summary>A store that is asked for counts and nothing else: its queue is empty.</summary>
#pragma warning disable CA1852 // The proxy derives from it.
    private class CountsAlone : DispatchProxy
    {
#pragma warning restore CA1852
        private bool _isShared;

        private static ValueTask<IReadOnlyList<PoolCount>> None => new([]);

        public int Counts { get; private set; }

        public static CountsAlone New(bool isShared)
        {
            var store = (CountsAlone)(object)Create<IJobStore, CountsAlone>();
            store._isShared = isShared;
            return store;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == "get_IsShared")
            {
                return _isShared;
            }

            Assert.Equal(nameof(IJobStore.CountOpenAsync), targetMethod.Name);
            Counts++;
            return None;
        }
    }
}
