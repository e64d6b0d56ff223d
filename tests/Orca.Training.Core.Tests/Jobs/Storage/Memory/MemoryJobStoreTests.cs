using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Tests.Jobs.Storage.Memory;

/// <summary>The memory store as a job store, and what is its own: it keeps only so much.</summary>
public sealed class MemoryJobStoreTests : JobStoreConformance
{
    private static readonly Fence Term = new(1);

    protected override ValueTask<IJobStore> CreateAsync(TimeProvider time) => ValueTask.FromResult<IJobStore>(new MemoryJobStore(new MemoryJobStoreOptions(), time));

    [Fact]
    public void It_says_that_jobs_do_not_outlive_it()
    {
        Assert.False(new MemoryJobStore(new MemoryJobStoreOptions(), TimeProvider.System).IsDurable);
    }

    [Fact]
    public async Task A_given_installation_is_kept()
    {
        var store = new MemoryJobStore(new MemoryJobStoreOptions(), TimeProvider.System, new InstallationId("mine"));

        Assert.Equal("mine", (await store.GetInstallationAsync(Cancel)).Value);
    }

    [Fact]
    public async Task The_feed_and_a_watcher_are_told_of_every_revision()
    {
        var store = await NewAsync(keepFinished: 10);
        var job = (await SubmitAsync(store, 1))[0];
        await store.ApplyAsync(
            [new JobCommand.RequestCancel(job, JobSamples.At(1)), new JobCommand.FinishQueued(job, JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(1))], Term, Cancel);

        Assert.Equal([1L, 2, 3], (await store.ReadChangesAsync(default, Cancel)).Changes.Select(j => j.Revision));
        Assert.Equal([1L, 2, 3], (await store.ReadJobChangesAsync(job, 0, Cancel))!.Select(j => j.Revision));
        Assert.Equal([3L], (await store.ReadJobChangesAsync(job, 2, Cancel))!.Select(j => j.Revision));
    }

    [Fact]
    public async Task Only_so_many_finished_jobs_are_kept_and_the_first_to_finish_go_first()
    {
        var store = await NewAsync(keepFinished: 2);
        var jobs = await SubmitAsync(store, 5);

        await CancelAsync(store, jobs[3], jobs[0], jobs[4]);

        Assert.Null(await store.ReadAsync(jobs[3], Cancel));
        Assert.Equal([jobs[0], jobs[1], jobs[2], jobs[4]], (await PageAsync(store)).Select(j => j.Id));
        Assert.Equal([jobs[0], jobs[4]], (await PageAsync(store, JobState.Cancelled)).Select(j => j.Id));
        var late = await store.ApplyAsync([new JobCommand.RequestCancel(jobs[3], JobSamples.At(2))], null, Cancel);
        Assert.Equal(Rejection.NotFound, late[0].Rejection);
    }

    [Fact]
    public async Task A_job_that_is_let_go_is_on_no_page_any_more()
    {
        var store = await NewAsync(keepFinished: 1);
        var jobs = await SubmitAsync(store, 3);

        await CancelAsync(store, jobs[0], jobs[1]);

        foreach (var query in new[] { new JobQuery { Limit = 9 }, new JobQuery { User = "ann", Limit = 9 }, new JobQuery { Algorithm = "a", Limit = 9 }, new JobQuery { DatasetId = "d", Limit = 9 } })
        {
            Assert.Equal([jobs[2], jobs[1]], (await store.ReadPageAsync(query, Cancel)).Select(r => r.Job.Id));
            Assert.Equal([jobs[1], jobs[2]], (await store.ReadPageAsync(query with { OldestFirst = true }, Cancel)).Select(r => r.Job.Id));
        }
    }

    [Fact]
    public async Task A_store_that_keeps_no_finished_jobs_still_answers_the_command_that_finished_one()
    {
        var store = await NewAsync(keepFinished: 0);
        var job = (await SubmitAsync(store, 1))[0];

        var result = (await CancelAsync(store, job))[0];

        Assert.Equal((Rejection.None, JobState.Cancelled), (result.Rejection, result.Job!.State));
        Assert.Null(await store.ReadAsync(job, Cancel));
    }

    [Fact]
    public async Task A_watcher_of_a_job_that_is_let_go_as_it_finishes_is_told_so()
    {
        var store = await NewAsync(keepFinished: 0);
        var job = (await SubmitAsync(store, 1))[0];
        var waiting = store.ReadJobChangesAsync(job, 1, Cancel).AsTask();

        await CancelAsync(store, job);

        Assert.Null(await waiting);
    }

    [Fact]
    public async Task An_id_is_never_used_again()
    {
        var store = await NewAsync(keepFinished: 0);
        var first = (await SubmitAsync(store, 1))[0];
        await CancelAsync(store, first);

        Assert.True((await SubmitAsync(store, 1))[0] > first);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(256)]
    [InlineData(300)]
    public async Task A_reader_that_lags_too_far_behind_is_told_and_goes_on_from_the_open_jobs(int keep)
    {
        var store = await NewAsync(keepChanges: keep);
        await SubmitAsync(store, keep);
        Assert.False((await store.ReadChangesAsync(default, Cancel)).IsTruncated);

        var last = (await SubmitAsync(store, 1))[0];
        var page = await store.ReadChangesAsync(default, Cancel);

        Assert.True(page.IsTruncated);
        Assert.Empty(page.Changes);
        var open = await store.ReadOpenJobsAsync(Cancel);
        Assert.Equal(keep + 1, open.Jobs.Count);
        var next = (await SubmitAsync(store, 1))[0];
        Assert.Equal([next], (await store.ReadChangesAsync(open.Cursor, Cancel)).Changes.Select(j => j.Id));
        Assert.True(next > last);
    }

    [Fact]
    public async Task The_feed_is_whole_while_its_ring_grows_and_wraps()
    {
        var store = await NewAsync(keepChanges: 1000);
        var cursor = new ChangeCursor(0);
        var seen = new List<JobId>();
        var all = new List<JobId>();
        for (var i = 0; i < 40; i++)
        {
            all.AddRange(await SubmitAsync(store, 97));
            var page = await store.ReadChangesAsync(cursor, Cancel);
            seen.AddRange(page.Changes.Select(j => j.Id));
            cursor = page.Next;
        }

        Assert.Equal(all, seen);
    }

    [Fact]
    public async Task Older_revisions_of_a_job_are_let_go_and_the_gap_shows_it()
    {
        var store = await NewAsync(keepRevisions: 3);
        var job = (await SubmitAsync(store, 1))[0];
        await store.ApplyAsync([new JobCommand.BeginAttempt(job, 1, "m", JobSamples.At(1))], Term, Cancel);
        for (var i = 0; i < 5; i++)
        {
            await store.ApplyAsync([new JobCommand.ReportPhase(job, 1, new LaunchPhase(LaunchStep.PullingImage, i / 10.0), JobSamples.At(2))], Term, Cancel);
        }

        Assert.Equal([5L, 6, 7], await RevisionsAsync(0));
        Assert.Equal([5L, 6, 7], await RevisionsAsync(4));
        Assert.Equal([7L], await RevisionsAsync(6));

        async Task<IEnumerable<long>> RevisionsAsync(long after) => (await store.ReadJobChangesAsync(job, after, Cancel))!.Select(j => j.Revision);
    }

    [Theory]
    [InlineData(-1, 1, 1)]
    [InlineData(0, 0, 1)]
    [InlineData(0, 1, 0)]
    public void Options_that_make_no_sense_are_refused(int keepFinished, int keepChanges, int keepRevisions)
    {
        var options = new MemoryJobStoreOptions { KeepFinished = keepFinished, KeepChanges = keepChanges, KeepRevisions = keepRevisions };

        Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryJobStore(options, TimeProvider.System));
    }

    [Fact]
    public async Task Options_are_read_once()
    {
        var options = new MemoryJobStoreOptions { KeepFinished = 5 };
        var store = new MemoryJobStore(options, TimeProvider.System);
        await store.AcquireLeaseAsync("decider", TimeSpan.FromHours(1), Cancel);
        options.KeepFinished = 0;
        var job = (await SubmitAsync(store, 1))[0];

        await CancelAsync(store, job);

        Assert.NotNull(await store.ReadAsync(job, Cancel));
    }

    private async Task<MemoryJobStore> NewAsync(int keepFinished = 100, int keepChanges = 1000, int keepRevisions = 10)
    {
        var options = new MemoryJobStoreOptions { KeepFinished = keepFinished, KeepChanges = keepChanges, KeepRevisions = keepRevisions };
        var store = new MemoryJobStore(options, TimeProvider.System);
        Assert.Equal(Term, await store.AcquireLeaseAsync("decider", TimeSpan.FromHours(1), Cancel));
        return store;
    }

    private async Task<JobId[]> SubmitAsync(MemoryJobStore store, int count)
    {
        var results = await store.ApplyAsync([.. Enumerable.Repeat(JobSamples.Submit(), count)], null, Cancel);
        return [.. results.Select(r => r.Job!.Id)];
    }

    private ValueTask<IReadOnlyList<CommandResult>> CancelAsync(MemoryJobStore store, params JobId[] jobs) =>
        store.ApplyAsync([.. jobs.Select(j => new JobCommand.FinishQueued(j, JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(1)))], Term, Cancel);
}
