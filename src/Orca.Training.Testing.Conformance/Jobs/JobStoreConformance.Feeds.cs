using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Conformance.Jobs;

/// <summary>The feed of all changes, and that of one job.</summary>
public abstract partial class JobStoreConformance
{
    [Fact]
    public async Task The_feed_brings_every_job_as_its_last_change_left_it_in_the_order_of_the_commits()
    {
        var store = await NewAsync();
        var fence = await DecideAsync(store);
        var start = (await store.ReadOpenJobsAsync(Cancel)).Cursor;
        var (first, second) = (await SubmitAsync(store), await SubmitAsync(store));
        await store.ApplyAsync([new JobCommand.BeginAttempt(second, 1, "m", JobSamples.At(1)), new JobCommand.RequestCancel(first, JobSamples.At(1))], fence, Cancel);
        await store.ApplyAsync([new JobCommand.RequestCancel(first, JobSamples.At(2)), new JobCommand.FinishQueued(first, JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(2))], fence, Cancel);

        var changes = await ReadFeedAsync(store, start, (first, 3), (second, 2));

        Assert.Equal([(second, 2, JobState.Launching), (first, 3, JobState.Cancelled)], LastOf(changes).Select(j => (j.Id, j.Revision, j.State)));
        Assert.Equal((await ReadAsync(store, first)).Text(), changes[^1].Text());
    }

    [Fact]
    public async Task A_reader_that_keeps_up_is_told_of_every_commit_by_itself()
    {
        var store = await NewAsync();
        var fence = await DecideAsync(store);
        var cursor = (await store.ReadOpenJobsAsync(Cancel)).Cursor;
        var (first, second) = (await SubmitAsync(store), await SubmitAsync(store));
        await ExpectAsync((first, 1), (second, 1));

        await store.ApplyAsync([new JobCommand.BeginAttempt(second, 1, "m", JobSamples.At(1))], fence, Cancel);
        await ExpectAsync((second, 2));

        await store.ApplyAsync([new JobCommand.RequestCancel(second, JobSamples.At(2)), new JobCommand.RequestCancel(first, JobSamples.At(2))], null, Cancel);
        await ExpectAsync((second, 3), (first, 2));

        await store.ApplyAsync([new JobCommand.ReportPhase(second, 1, new LaunchPhase(LaunchStep.Starting), JobSamples.At(3))], fence, Cancel);
        await ExpectAsync((second, 4));

        async Task ExpectAsync(params (JobId, long)[] expected)
        {
            var page = await store.ReadChangesAsync(cursor, Cancel);
            Assert.Equal(expected, page.Changes.Select(j => (j.Id, j.Revision)));
            cursor = page.Next;
        }
    }

    [Fact]
    public async Task The_feed_goes_on_from_any_cursor()
    {
        var store = await NewAsync();
        var first = await store.ReadOpenJobsAsync(Cancel);
        var one = await SubmitAsync(store);
        var after = await store.ReadOpenJobsAsync(Cancel);
        var two = await SubmitAsync(store);

        var page = await store.ReadChangesAsync(after.Cursor, Cancel);

        Assert.False(page.IsTruncated);
        Assert.Equal([two], page.Changes.Select(j => j.Id));
        Assert.Equal([one, two], (await ReadFeedAsync(store, first.Cursor, (one, 1), (two, 1))).Select(j => j.Id));
    }

    [Fact]
    public async Task A_long_feed_comes_in_pages_without_a_gap()
    {
        var store = await NewAsync();
        var start = (await store.ReadOpenJobsAsync(Cancel)).Cursor;
        var all = new List<(JobId Job, long Revision)>();
        var submits = Enumerable.Repeat(JobSamples.Submit(), 700).ToArray<JobCommand>();
        for (var i = 0; i < 5; i++)
        {
            all.AddRange((await store.ApplyAsync(submits, null, Cancel)).Select(r => (r.Job!.Id, 1L)));
        }

        var changes = await ReadFeedAsync(store, start, [.. all]);

        Assert.Equal(all, changes.Select(j => (j.Id, j.Revision)));
        Assert.Equal(3500, all.Distinct().Count());
    }

    [Fact]
    public async Task A_reader_at_the_feeds_end_waits_for_the_next_change()
    {
        var store = await NewAsync();
        await SubmitAsync(store);
        var end = (await store.ReadOpenJobsAsync(Cancel)).Cursor;

        var waiting = store.ReadChangesAsync(end, Cancel).AsTask();
        var another = store.ReadChangesAsync(end, Cancel).AsTask();
        Assert.False(waiting.IsCompleted || another.IsCompleted, "a read of nothing did not wait");
        await store.ApplyAsync([new JobCommand.RequestCancel(NoJob, JobSamples.At(1))], null, Cancel);
        Assert.False(waiting.IsCompleted, "a command that changed nothing was told");
        var job = await SubmitAsync(store);

        Assert.Equal([job], (await waiting).Changes.Select(j => j.Id));
        Assert.Equal([job], (await another).Changes.Select(j => j.Id));
    }

    [Fact]
    public async Task A_wait_for_changes_ends_with_its_token()
    {
        var store = await NewAsync();
        var job = await SubmitAsync(store);
        var end = (await store.ReadOpenJobsAsync(Cancel)).Cursor;
        using var giveUp = new CancellationTokenSource();

        var all = store.ReadChangesAsync(end, giveUp.Token).AsTask();
        var one = store.ReadJobChangesAsync(job, 1, giveUp.Token).AsTask();
        var other = store.ReadChangesAsync(end, Cancel).AsTask();
        giveUp.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => all);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        var next = await SubmitAsync(store);
        Assert.Equal([next], (await other).Changes.Select(j => j.Id));
    }

    [Fact]
    public async Task A_cursor_from_the_future_is_truncated_and_the_open_jobs_say_where_to_go_on()
    {
        var store = await NewAsync();
        await SubmitAsync(store);

        var page = await store.ReadChangesAsync(new ChangeCursor(long.MaxValue), Cancel);

        Assert.True(page.IsTruncated);
        Assert.Empty(page.Changes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_jobs_own_feed_goes_on_after_any_revision_and_ends_with_its_last(long after)
    {
        var store = await NewAsync();
        var job = await FinishedAsync(store);

        var changes = (await store.ReadJobChangesAsync(job, after, Cancel))!;

        var revisions = changes.Select(j => j.Revision).ToList();
        Assert.Equal(revisions.Where(r => r > after).Distinct().Order(), revisions);
        Assert.Equal(4, revisions[^1]);
        Assert.Equal((await ReadAsync(store, job)).Text(), changes[^1].Text());
    }

    [Fact]
    public async Task A_jobs_own_feed_is_over_when_its_final_state_was_read()
    {
        var store = await NewAsync();
        var job = await FinishedAsync(store);

        Assert.Empty((await store.ReadJobChangesAsync(job, 4, Cancel))!);
        Assert.Empty((await store.ReadJobChangesAsync(job, 100, Cancel))!);
    }

    [Fact]
    public async Task A_watcher_of_one_job_waits_for_that_job_alone()
    {
        var store = await NewAsync();
        var (job, other) = (await SubmitAsync(store), await SubmitAsync(store));

        var waiting = store.ReadJobChangesAsync(job, 1, Cancel).AsTask();
        await store.ApplyAsync([new JobCommand.RequestCancel(other, JobSamples.At(1))], null, Cancel);
        Assert.False(waiting.IsCompleted, "another job's change was told");
        await store.ApplyAsync([new JobCommand.RequestCancel(job, JobSamples.At(1))], null, Cancel);

        Assert.Equal([2], (await waiting)!.Select(j => j.Revision));
    }

    private async Task<JobId> FinishedAsync(IJobStore store)
    {
        var fence = await DecideAsync(store);
        var job = await SubmitAsync(store);
        await store.ApplyAsync(
            [
                new JobCommand.BeginAttempt(job, 1, "m", JobSamples.At(1)),
                new JobCommand.BeginRunning(job, 1, ["c"], JobSamples.At(2)),
                new JobCommand.Publish(job, 1, JobSamples.Model, JobSamples.HalfDone, JobSamples.At(3)),
            ],
            fence,
            Cancel);
        return job;
    }

    /// <summary>Reads the feed until each of these jobs was seen at its last revision; a job must never be seen to go back.</summary>
    private protected async Task<List<Job>> ReadFeedAsync(IJobStore store, ChangeCursor after, params (JobId Job, long Revision)[] last)
    {
        var missing = last.ToDictionary(l => l.Job, l => l.Revision);
        var seen = new Dictionary<JobId, long>();
        var changes = new List<Job>();
        while (missing.Count > 0)
        {
            var page = await store.ReadChangesAsync(after, Cancel);
            Assert.False(page.IsTruncated, "changes were let go before they were read");
            Assert.NotEmpty(page.Changes);
            foreach (var job in page.Changes)
            {
                Assert.True(job.Revision > seen.GetValueOrDefault(job.Id), $"job {job.Id} came at revision {job.Revision} after {seen.GetValueOrDefault(job.Id)}");
                seen[job.Id] = job.Revision;
                if (missing.TryGetValue(job.Id, out var revision) && job.Revision >= revision)
                {
                    Assert.Equal(revision, job.Revision);
                    missing.Remove(job.Id);
                }
            }

            changes.AddRange(page.Changes);
            after = page.Next;
        }

        return changes;
    }

    /// <summary>Each job's last change, in the order of the feed: those between may be left out.</summary>
    private static IEnumerable<Job> LastOf(IReadOnlyList<Job> changes) =>
        changes.Select((job, i) => (Job: job, Place: i)).GroupBy(c => c.Job.Id).Select(g => g.Last()).OrderBy(c => c.Place).Select(c => c.Job);
}
