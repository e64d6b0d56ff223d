using CsCheck;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Conformance.Jobs;

/// <summary>Many callers at once: what each was told must fit one order of all that they asked.</summary>
public abstract partial class JobStoreConformance
{
    private const int Jobs = 2;
    private const int OtherKinds = 8;

    [Fact]
    public async Task What_parallel_callers_are_told_fits_one_order_and_the_feed_brings_the_changes_in_such_an_order() =>
        await Gen.Select(Gen.Int[0, OtherKinds + 4], AnyCommand.Gen(Jobs)).Array[2, 7].Array[2, 4].SampleAsync(
            async callers =>
            {
                var store = await CreateAsync(_time);
                await RunAsync(store, callers);
                await DisposeAsync(store);
            },
            iter: GeneratedSequences,
            threads: 1);

    [Fact]
    public async Task A_batch_is_seen_whole_or_not_at_all()
    {
        const int readings = 200, batches = 50;
        var store = await NewAsync();
        var fence = await DecideAsync(store);
        JobId[] both = [await SubmitAsync(store), await SubmitAsync(store)];
        await store.ApplyAsync([.. both.Select(j => new JobCommand.BeginAttempt(j, 1, "m", JobSamples.At(1)))], fence, Cancel);
        await store.ApplyAsync([.. both.Select(j => new JobCommand.BeginRunning(j, 1, ["c"], JobSamples.At(1)))], fence, Cancel);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var written = 0;

        var writing = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                var progress = new TrainingProgress { Done = written };
                await store.ApplyAsync([.. both.Select(j => new JobCommand.RecordProgress(j, 1, progress, JobSamples.At(1)))], fence, Cancel);
                Interlocked.Increment(ref written);
            }
        }, Cancel);
        try
        {
            for (var i = 0; i < readings || (Volatile.Read(ref written) < batches && !writing.IsCompleted); i++)
            {
                var open = (await store.ReadOpenJobsAsync(Cancel)).Jobs;
                Assert.Equal(open[0].Progress.Done, open[1].Progress.Done);
                var read = await store.ReadAsync(both, Cancel);
                Assert.Equal(read[0]!.Value.Job.Progress.Done, read[1]!.Value.Job.Progress.Done);
                await Task.Yield();
            }
        }
        finally
        {
            enough.Cancel();
            await writing;
        }
    }

    private async Task RunAsync(IJobStore store, (int Kind, AnyCommand Command)[][] callers)
    {
        var fence = await DecideAsync(store);
        var start = (await store.ReadOpenJobsAsync(Cancel)).Cursor;
        var submitted = await store.ApplyAsync([.. Enumerable.Repeat(JobSamples.Submit(), Jobs)], null, Cancel);
        var run = new ParallelRun(store, fence, [.. submitted.Select(r => r.Job!)], Cancel);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Task.WhenAll(callers.Select(calls => Task.Run(async () =>
        {
            ready.TrySetResult();
            await ready.Task;
            foreach (var (kind, command) in calls)
            {
                await run.CallAsync(kind, command);
            }
        }, Cancel)));

        Assert.All(run.Histories, history => Assert.Null(history.Contradiction()));
        Assert.All(run.Keys, key => Assert.Null(key.Contradiction()));
        var left = await PageAsync(store);
        Assert.Equal(run.Submitted.Order(), left.Select(j => j.Id).Except(submitted.Select(r => r.Job!.Id)));

        // Of a job that was removed the feed may still bring the end.
        var last = left.Where(j => submitted.Any(r => r.Job!.Id == j.Id)).Select(j => (j.Id, j.Revision));
        CheckOrder(await ReadFeedAsync(store, start, [.. last]), run.Applied);
    }

    /// <summary>A change that was answered before another was asked for comes before it.</summary>
    private static void CheckOrder(List<Job> feed, IReadOnlyDictionary<(JobId, long), (long Asked, long Answered)> applied)
    {
        var lastAsked = 0L;
        foreach (var job in feed)
        {
            if (applied.TryGetValue((job.Id, job.Revision), out var call))
            {
                Assert.True(call.Answered > lastAsked, $"the feed brings revision {job.Revision} of job {job.Id} after a change that was asked for later");
                lastAsked = Math.Max(lastAsked, call.Asked);
            }
        }
    }
}
