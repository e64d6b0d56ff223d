using System.Collections.Concurrent;
using CsCheck;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Conformance.Jobs;

/// <summary>Many callers at once: what each was told must fit one order of all that they asked.</summary>
public abstract partial class JobStoreConformance
{
    private const int Jobs = 2;
    private const int Kinds = 5;

    [Fact]
    public async Task What_parallel_callers_are_told_fits_one_order_and_the_feed_brings_the_changes_in_such_an_order() =>
        await Gen.Select(Gen.Int[0, Kinds + 3], AnyCommand.Gen(Jobs)).Array[2, 7].Array[2, 4].SampleAsync(
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

        foreach (var history in run.Histories)
        {
            Assert.Null(history.Contradiction());
        }

        var last = new List<(JobId, long)>();
        foreach (var job in submitted.Select(r => r.Job!.Id))
        {
            last.Add((job, (await ReadAsync(store, job)).Revision));
        }

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

    /// <summary>Asks, and takes down what was told and when.</summary>
    private sealed class ParallelRun(IJobStore store, Fence fence, Job[] jobs, CancellationToken cancellationToken)
    {
        private readonly ConcurrentDictionary<(JobId, long), (long, long)> _applied = new();
        private long _clock;

        public JobHistory[] Histories { get; } = [.. jobs.Select(j => new JobHistory(j))];

        public IReadOnlyDictionary<(JobId, long), (long Asked, long Answered)> Applied => _applied;

        public async Task CallAsync(int kind, AnyCommand any)
        {
            var index = (int)any.Job - 1;
            var (job, history) = (jobs[index].Id, Histories[index]);
            var asked = Interlocked.Increment(ref _clock);
            switch (kind)
            {
                case 0:
                    var reading = (await store.ReadAsync(job, cancellationToken))!.Value;
                    history.Add(asked, Now(), "ReadAsync", reading.Job);
                    Assert.Equal(reading.Job.State is JobState.Queued, reading.QueuePosition is not null);
                    break;
                case 1:
                    var own = (await store.ReadJobChangesAsync(job, 0, cancellationToken))!;
                    history.Add(asked, Now(), "ReadJobChangesAsync", own[^1]);
                    break;
                case 2:
                    var open = (await store.ReadOpenJobsAsync(cancellationToken)).Jobs;
                    Add(asked, Now(), "ReadOpenJobsAsync", open);
                    break;
                case 3:
                    var page = await store.ReadPageAsync(new JobQuery { Limit = 100 }, cancellationToken);
                    Add(asked, Now(), "ReadPageAsync", [.. page.Select(r => r.Job)]);
                    break;
                default:
                    var command = any.On(job, JobSamples.At(1));
                    var result = (await store.ApplyAsync([command], fence, cancellationToken))[0];
                    var answered = Now();
                    history.Add(asked, answered, command, result.Rejection, result.Job!);
                    if (result.Applied)
                    {
                        Assert.True(_applied.TryAdd((job, result.Job!.Revision), (asked, answered)), $"revision {result.Job.Revision} of job {job} was made twice");
                    }

                    break;
            }
        }

        private long Now() => Interlocked.Increment(ref _clock);

        /// <summary>One list shows all jobs at one moment, so it is a reading of each.</summary>
        private void Add(long asked, long answered, string reading, IReadOnlyList<Job> shown)
        {
            for (var i = 0; i < jobs.Length; i++)
            {
                if (shown.FirstOrDefault(j => j.Id == jobs[i].Id) is { } job)
                {
                    Histories[i].Add(asked, answered, reading, job);
                }
                else
                {
                    Histories[i].AddFinal(asked, answered, reading);
                }
            }
        }
    }
}
