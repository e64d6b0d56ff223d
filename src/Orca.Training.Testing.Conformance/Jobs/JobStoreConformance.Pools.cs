using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Conformance.Jobs;

/// <summary>How many jobs are open in which pool, for limits and for the question whether a pool can go.</summary>
public abstract partial class JobStoreConformance
{
    [Fact]
    public async Task Open_jobs_are_counted_by_pool_and_user()
    {
        var store = await NewAsync();
        var fence = await DecideAsync(store);
        Assert.Empty(await store.CountOpenAsync(null, Cancel));
        var jobs = new List<JobId>();
        foreach (var (pool, user) in new[] { ("day", "ann"), ("day", "ann"), ("day", null), ("night", "ann"), ("day", "ann"), (null, "ann"), (null, "bob") })
        {
            jobs.Add((await store.ApplyAsync([JobSamples.Submit() with { Pool = pool, User = user }], null, Cancel))[0].Job!.Id);
        }

        await store.ApplyAsync(
            [
                new JobCommand.BeginAttempt(jobs[0], 1, "m", JobSamples.At(1)),
                new JobCommand.BeginAttempt(jobs[5], 1, "m", JobSamples.At(1)),
                new JobCommand.BeginRunning(jobs[5], 1, ["c"], JobSamples.At(1)),
                new JobCommand.FinishQueued(jobs[4], JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(1)),
            ],
            fence,
            Cancel);

        Assert.Equal(
            [new PoolCount(null, null, 1, 2), new PoolCount("day", null, 1, 1), new PoolCount("day", "ann", 1, 2), new PoolCount("night", "ann", 1, 1)],
            InOrder(await store.CountOpenAsync(null, Cancel)));
        Assert.Equal([new PoolCount("day", null, 1, 1), new PoolCount("day", "ann", 1, 2)], InOrder(await store.CountOpenAsync("day", Cancel)));
        Assert.Empty(await store.CountOpenAsync("Day", Cancel));
    }

    [Fact]
    public async Task The_pool_of_a_job_and_what_it_asks_for_are_on_record()
    {
        var store = await NewAsync();
        var request = JobSamples.Request() with
        {
            Pool = "night",
            Priority = 7,
            Resources = new TrainingResources { Cpus = 0.1, MemoryMiB = 6, Gpus = 1, GpuKind = "A100" },
        };
        var job = (await store.ApplyAsync([new JobCommand.Submit(request, "ann", JobSamples.At(0)) { Pool = "day" }], null, Cancel))[0].Job!.Id;

        var read = await ReadAsync(store, job);

        Assert.Equal(("day", "night", 7, request.Resources), (read.Pool, read.Request.Pool, read.Request.Priority, read.Request.Resources));
    }

    private protected static IEnumerable<PoolCount> InOrder(IEnumerable<PoolCount> counts) =>
        counts.OrderBy(c => c.Pool, StringComparer.Ordinal).ThenBy(c => c.User, StringComparer.Ordinal);

    private async Task CompareCountsAsync(IJobStore store, JobStoreModel model)
    {
        var expected = model.Jobs.Where(j => !j.State.IsFinal())
            .GroupBy(j => (j.Pool, User: j.Pool is null ? null : j.User))
            .Select(g => new PoolCount(g.Key.Pool, g.Key.User, g.Count(j => j.State is JobState.Queued), g.Count()))
            .ToList();
        Assert.Equal(InOrder(expected), InOrder(await store.CountOpenAsync(null, Cancel)));
        foreach (var pool in AnyWrite.Pools.OfType<string>())
        {
            Assert.Equal(InOrder(expected.Where(c => c.Pool == pool)), InOrder(await store.CountOpenAsync(pool, Cancel)));
        }
    }
}
