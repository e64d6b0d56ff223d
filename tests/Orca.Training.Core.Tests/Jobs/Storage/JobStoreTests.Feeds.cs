using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Tests.Jobs.Storage;

/// <summary>The feed of all changes, and that of one job.</summary>
public abstract partial class JobStoreTests
{
    [Fact]
    public async Task The_feed_brings_every_change_once_and_in_the_order_of_the_commits()
    {
        var store = await CreateAsync(_time);
        var fence = await DecideAsync(store);
        var (first, second) = (await SubmitAsync(store), await SubmitAsync(store));
        await store.ApplyAsync([new JobCommand.BeginAttempt(second, 1, "m", JobSamples.At(1)), new JobCommand.RequestCancel(first, JobSamples.At(1))], fence, Cancel);
        await store.ApplyAsync([new JobCommand.RequestCancel(first, JobSamples.At(2)), new JobCommand.FinishQueued(first, JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(2))], fence, Cancel);

        var changes = await ReadFeedAsync(store, default, 5);

        Assert.Equal(
            [(first, 1, JobState.Queued), (second, 1, JobState.Queued), (second, 2, JobState.Launching), (first, 2, JobState.Queued), (first, 3, JobState.Cancelled)],
            changes.Select(j => (j.Id, j.Revision, j.State)));
        Assert.Equal((await ReadAsync(store, first)).Text(), changes[^1].Text());
    }

    [Fact]
    public async Task The_feed_goes_on_from_any_cursor()
    {
        var store = await CreateAsync(_time);
        var first = await store.ReadOpenJobsAsync(Cancel);
        var one = await SubmitAsync(store);
        var after = await store.ReadOpenJobsAsync(Cancel);
        var two = await SubmitAsync(store);

        var page = await store.ReadChangesAsync(after.Cursor, Cancel);

        Assert.False(page.IsTruncated);
        Assert.Equal([two], page.Changes.Select(j => j.Id));
        Assert.Equal([one, two], (await ReadFeedAsync(store, first.Cursor, 2)).Select(j => j.Id));
        Assert.Equal([one, two], (await ReadFeedAsync(store, default, 2)).Select(j => j.Id));
    }

    [Fact]
    public async Task A_long_feed_comes_in_pages_without_a_gap()
    {
        var store = await CreateAsync(_time);
        var submits = Enumerable.Repeat(JobSamples.Submit(), 700).ToArray<JobCommand>();
        for (var i = 0; i < 5; i++)
        {
            await store.ApplyAsync(submits, null, Cancel);
        }

        var changes = await ReadFeedAsync(store, default, 3500);

        Assert.Equal(3500, changes.Select(j => j.Id).Distinct().Count());
        Assert.Equal(changes.OrderBy(j => j.Id), changes);
    }

    [Fact]
    public async Task A_reader_at_the_feeds_end_waits_for_the_next_change()
    {
        var store = await CreateAsync(_time);
        await SubmitAsync(store);
        var end = (await store.ReadOpenJobsAsync(Cancel)).Cursor;

        var waiting = store.ReadChangesAsync(end, Cancel).AsTask();
        var another = store.ReadChangesAsync(end, Cancel).AsTask();
        Assert.False(waiting.IsCompleted || another.IsCompleted, "a read of nothing did not wait");
        await store.ApplyAsync([new JobCommand.RequestCancel(new JobId(999), JobSamples.At(1))], null, Cancel);
        Assert.False(waiting.IsCompleted, "a command that changed nothing was told");
        var job = await SubmitAsync(store);

        Assert.Equal([job], (await waiting).Changes.Select(j => j.Id));
        Assert.Equal([job], (await another).Changes.Select(j => j.Id));
    }

    [Fact]
    public async Task A_wait_for_changes_ends_with_its_token()
    {
        var store = await CreateAsync(_time);
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
        var store = await CreateAsync(_time);
        await SubmitAsync(store);

        var page = await store.ReadChangesAsync(new ChangeCursor(1_000_000), Cancel);

        Assert.True(page.IsTruncated);
        Assert.Empty(page.Changes);
    }

    [Theory]
    [InlineData(0, new long[] { 1, 2, 3, 4 })]
    [InlineData(1, new long[] { 2, 3, 4 })]
    [InlineData(3, new long[] { 4 })]
    public async Task A_jobs_own_feed_goes_on_after_any_revision(long after, long[] expected)
    {
        var store = await CreateAsync(_time);
        var job = await FinishedAsync(store);

        var changes = (await store.ReadJobChangesAsync(job, after, Cancel))!;

        Assert.Equal(expected, changes.Select(j => j.Revision));
        Assert.Equal((await ReadAsync(store, job)).Text(), changes[^1].Text());
    }

    [Fact]
    public async Task A_jobs_own_feed_is_over_when_its_final_state_was_read()
    {
        var store = await CreateAsync(_time);
        var job = await FinishedAsync(store);

        Assert.Empty((await store.ReadJobChangesAsync(job, 4, Cancel))!);
        Assert.Empty((await store.ReadJobChangesAsync(job, 100, Cancel))!);
    }

    [Fact]
    public async Task A_watcher_of_one_job_waits_for_that_job_alone()
    {
        var store = await CreateAsync(_time);
        var (job, other) = (await SubmitAsync(store), await SubmitAsync(store));

        var waiting = store.ReadJobChangesAsync(job, 1, Cancel).AsTask();
        await store.ApplyAsync([new JobCommand.RequestCancel(other, JobSamples.At(1))], null, Cancel);
        Assert.False(waiting.IsCompleted, "another job's change was told");
        await store.ApplyAsync([new JobCommand.RequestCancel(job, JobSamples.At(1))], null, Cancel);

        Assert.Equal([2], (await waiting)!.Select(j => j.Revision));
    }

    private static async Task<JobId> FinishedAsync(IJobStore store)
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

    private static async Task<List<Job>> ReadFeedAsync(IJobStore store, ChangeCursor after, int count)
    {
        var changes = new List<Job>();
        while (changes.Count < count)
        {
            var page = await store.ReadChangesAsync(after, Cancel);
            Assert.False(page.IsTruncated);
            changes.AddRange(page.Changes);
            after = page.Next;
        }

        return changes;
    }
}
