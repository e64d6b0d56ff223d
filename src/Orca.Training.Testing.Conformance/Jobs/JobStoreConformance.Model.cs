using CsCheck;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Conformance.Jobs;

/// <summary>A store against a model of it that is too simple to be wrong, and against many callers at once.</summary>
public abstract partial class JobStoreConformance
{
    [Fact]
    public async Task Any_batches_of_commands_leave_the_store_as_they_leave_the_model() =>
        await Gen.Select(AnyWrite.Gen(jobs: 6).Array[1, 8], Gen.Long[1, 6].Array[0, 2]).Array[0, 25].SampleAsync(
            async batches =>
            {
                var store = await CreateAsync(_time);
                await CompareAsync(store, batches);
                await DisposeAsync(store);
            },
            iter: GeneratedSequences);

    [Fact]
    public async Task Callers_a_decider_and_readers_at_once_see_each_job_in_exactly_one_state()
    {
        const int submitters = 4, jobsEach = 100;
        var store = await NewAsync();
        var fence = await DecideAsync(store);
        var start = (await store.ReadOpenJobsAsync(Cancel)).Cursor;
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var acknowledged = new System.Collections.Concurrent.ConcurrentBag<JobId>();

        var submitting = Enumerable.Range(0, submitters).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < jobsEach; i++)
            {
                var job = await SubmitAsync(store);
                acknowledged.Add(job);
                if (i % 5 == 0)
                {
                    await store.ApplyAsync([new JobCommand.RequestCancel(job, JobSamples.At(1))], null, Cancel);
                }
            }
        }, Cancel)).ToArray();
        var deciding = Task.Run(() => FinishAllAsync(store, fence, start, (submitters * jobsEach) + 1), Cancel);
        var reading = Enumerable.Range(0, 2).Select(_ => Task.Run(() => ReadUntilAsync(store, acknowledged, done.Token), Cancel)).ToArray();
        var watched = await SubmitAsync(store);
        var watching = Task.Run(() => WatchAsync(store, watched), Cancel);

        await Task.WhenAll(submitting);
        await deciding;
        done.Cancel();
        await Task.WhenAll(reading);

        Assert.Equal((submitters * jobsEach) + 1, (await PageAsync(store)).Count(j => j.State.IsFinal()));
        Assert.True((await watching).State.IsFinal());
    }

    private async Task CompareAsync(IJobStore store, (AnyWrite[] Writes, long[] Removals)[] batches)
    {
        var fence = await DecideAsync(store);
        var model = new JobStoreModel();
        var drawn = new List<JobId>();
        var minute = 0;
        var start = (await store.ReadOpenJobsAsync(Cancel)).Cursor;
        foreach (var (writes, removals) in batches)
        {
            var at = JobSamples.At(++minute);
            JobCommand[] batch = [.. writes.Select((w, i) => w.At(at.AddSeconds(i), Named))];
            var results = await store.ApplyAsync(batch, fence, Cancel);
            for (var i = 0; i < batch.Length; i++)
            {
                var expected = model.Apply(batch[i], results[i]);
                Assert.Equal(expected.Rejection, results[i].Rejection);
                Assert.Equal(expected.Job?.Text(), results[i].Job?.Text());
                Assert.Equal(expected.All.Select(j => j.Text()), results[i].All.Select(j => j.Text()));
                drawn.AddRange(model.Jobs.Select(j => j.Id).Where(id => !drawn.Contains(id)));
            }

            JobId[] removed = [.. removals.Select(Named)];
            await store.RemoveAsync(removed, fence, Cancel);
            model.Remove(removed);
            await CompareReadsAsync(store, model, drawn, at);
        }

        await CompareFeedsAsync(store, model, start);

        JobId Named(long number) => number <= drawn.Count ? drawn[(int)number - 1] : NoJob;
    }

    private async Task CompareReadsAsync(IJobStore store, JobStoreModel model, List<JobId> drawn, DateTimeOffset now)
    {
        Assert.Equal(Facts(model.Jobs), Facts(await PageAsync(store)));
        Assert.Equal(Facts(model.Jobs.Where(j => !j.State.IsFinal())), Facts((await store.ReadOpenJobsAsync(Cancel)).Jobs));
        foreach (var state in Enum.GetValues<JobState>())
        {
            Assert.Equal(Facts(model.Jobs.Where(j => j.State == state)), Facts(await PageAsync(store, state)));
        }

        var queued = model.Jobs.Where(j => j.State is JobState.Queued).Select(j => j.Id).ToList();
        foreach (var (job, reading) in drawn.Zip(await store.ReadAsync(drawn, Cancel)))
        {
            Assert.Equal(model.Jobs.SingleOrDefault(j => j.Id == job)?.Revision, reading?.Job.Revision);
            Assert.Equal(reading?.Job.Text(), (await store.ReadAsync(job, Cancel))?.Job.Text());
            Assert.Equal(queued.IndexOf(job) is >= 0 and var index ? index + 1 : null, reading?.QueuePosition);
        }

        foreach (var (user, key) in AnyWrite.AllKeys)
        {
            Assert.Equal(model.Find(user, key)?.Text(), (await store.FindByKeyAsync(user, key, Cancel))?.Text());
        }

        await CompareCountsAsync(store, model);
        foreach (var retention in (JobRetention[])[new(now, null), new(null, 2), new(now.AddMinutes(-2), 3)])
        {
            Assert.Equal(model.Expired(retention).Select(j => j.Text()), (await store.ReadExpiredAsync(retention, 100, Cancel)).Select(j => j.Text()));
        }
    }

    /// <summary>What was removed the feed may still bring, or may leave out.</summary>
    private async Task CompareFeedsAsync(IJobStore store, JobStoreModel model, ChangeCursor start)
    {
        var left = model.Jobs.Select(j => j.Id).ToHashSet();
        var feed = await ReadFeedAsync(store, start, [.. model.Jobs.Select(j => (j.Id, j.Revision))]);
        Assert.Equal(LastOf(model.History).Where(j => left.Contains(j.Id)).Select(j => j.Text()), LastOf(feed).Where(j => left.Contains(j.Id)).Select(j => j.Text()));
        Assert.Subset(model.History.Select(j => j.Text()).ToHashSet(), feed.Select(j => j.Text()).ToHashSet());
        foreach (var job in model.Jobs)
        {
            var own = (await store.ReadJobChangesAsync(job.Id, 0, Cancel))!;
            Assert.Equal(own.Select(j => j.Revision).Distinct().Order(), own.Select(j => j.Revision));
            Assert.Equal(job.Text(), own[^1].Text());
            Assert.Subset(model.History.Where(j => j.Id == job.Id).Select(j => j.Text()).ToHashSet(), own.Select(j => j.Text()).ToHashSet());
        }

        foreach (var removed in model.History.Select(j => j.Id).Distinct().Where(id => !left.Contains(id)))
        {
            Assert.Null(await store.ReadJobChangesAsync(removed, 0, Cancel));
        }
    }

    private static IEnumerable<(JobId, long, JobState)> Facts(IEnumerable<Job> jobs) => jobs.Select(j => (j.Id, j.Revision, j.State));

    /// <summary>Takes every job that the feed brings to an end, and sees that no change is skipped.</summary>
    private async Task FinishAllAsync(IJobStore store, Fence fence, ChangeCursor cursor, int count)
    {
        var revisions = new Dictionary<JobId, long>();
        var finals = 0;
        while (finals < count)
        {
            var page = await store.ReadChangesAsync(cursor, Cancel);
            Assert.False(page.IsTruncated, "changes were let go before they were read");
            cursor = page.Next;
            var commands = new List<JobCommand>();
            foreach (var job in page.Changes)
            {
                Assert.True(job.Revision > revisions.GetValueOrDefault(job.Id), $"the feed brought job {job.Id} at revision {job.Revision} after {revisions.GetValueOrDefault(job.Id)}");
                revisions[job.Id] = job.Revision;
                finals += job.State.IsFinal() ? 1 : 0;
                commands.AddRange(job.State switch
                {
                    JobState.Queued when job.CancelRequestedAt is not null => [new JobCommand.FinishQueued(job.Id, JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(1))],
                    JobState.Queued => [new JobCommand.BeginAttempt(job.Id, 1, "m", JobSamples.At(1))],
                    JobState.Launching => [new JobCommand.BeginRunning(job.Id, 1, ["c"], JobSamples.At(1))],
                    JobState.Running => [new JobCommand.Publish(job.Id, 1, [], JobSamples.HalfDone, JobSamples.At(1))],
                    _ => (JobCommand[])[],
                });
            }

            await store.ApplyAsync(commands, fence, Cancel);
        }
    }

    private async Task ReadUntilAsync(IJobStore store, System.Collections.Concurrent.ConcurrentBag<JobId> acknowledged, CancellationToken done)
    {
        var rounds = 0;
        while (!done.IsCancellationRequested || rounds == 0)
        {
            rounds++;
            var must = acknowledged.ToArray();
            var all = await PageAsync(store);
            Assert.Equal(all.Count, all.Select(j => j.Id).Distinct().Count());
            Assert.Subset(all.Select(j => j.Id).ToHashSet(), must.ToHashSet());
            foreach (var state in Enum.GetValues<JobState>())
            {
                Assert.All(await PageAsync(store, state, limit: 50), j => Assert.Equal(state, j.State));
            }

            if (must.Length > 0)
            {
                var reading = (await store.ReadAsync(must[0], Cancel))!.Value;
                Assert.Equal(reading.Job.State is JobState.Queued, reading.QueuePosition is not null);
            }

            await Task.Yield();
        }
    }

    private async Task<Job> WatchAsync(IJobStore store, JobId job)
    {
        while (await store.ReadAsync(job, Cancel) is null)
        {
            await Task.Yield();
        }

        Job? last = null;
        while (true)
        {
            var changes = (await store.ReadJobChangesAsync(job, last?.Revision ?? 0, Cancel))!;
            if (changes.Count == 0)
            {
                return last!;
            }

            foreach (var change in changes)
            {
                Assert.True(change.Revision > (last?.Revision ?? 0));
                last = change;
            }
        }
    }
}
