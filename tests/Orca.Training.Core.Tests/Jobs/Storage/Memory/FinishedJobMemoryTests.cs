using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Memory;

namespace Orca.Training.Tests.Jobs.Storage.Memory;

/// <summary>What the memory store keeps of jobs that are over.</summary>
public sealed class FinishedJobMemoryTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_a_job_that_finished_long_ago_only_its_end_is_kept()
    {
        var store = new MemoryJobStore(new MemoryJobStoreOptions(), TimeProvider.System);
        var first = await FinishOneAsync(store);
        Assert.Equal(2, (await store.ReadJobChangesAsync(first, 0, Cancel))!.Count);
        for (var i = 0; i < 300; i++)
        {
            await FinishOneAsync(store);
        }

        var kept = await store.ReadJobChangesAsync(first, 0, Cancel);

        Assert.Equal(JobState.Cancelled, Assert.Single(kept!).State);
    }

    private static async Task<JobId> FinishOneAsync(MemoryJobStore store)
    {
        var fence = await store.AcquireLeaseAsync("test", TimeSpan.FromHours(1), Cancel);
        var submit = new JobCommand.Submit(new TrainingRequest { Algorithm = "a", DatasetId = "d" }, null, default);
        var job = (await store.ApplyAsync([submit], null, Cancel))[0].Job!.Id;
        await store.ApplyAsync([new JobCommand.FinishQueued(job, JobState.Cancelled, new Outcome(OutcomeCode.Cancelled, "Cancelled."), default)], fence, Cancel);
        return job;
    }
}
