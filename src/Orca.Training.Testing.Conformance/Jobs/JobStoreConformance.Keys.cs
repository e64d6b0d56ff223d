using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Conformance.Jobs;

/// <summary>What a submission's key stands for, and submissions that come together.</summary>
public abstract partial class JobStoreConformance
{
    [Fact]
    public async Task A_key_stands_for_one_job_whoever_repeats_it_and_in_whichever_state_the_job_is()
    {
        var store = await NewAsync();
        var fence = await DecideAsync(store);
        var first = (await store.ApplyAsync([Keyed("k")], null, Cancel))[0];

        Assert.Equal(Rejection.None, first.Rejection);
        Assert.Equal((Rejection.KeyInUse, first.Job!.Id), Answer(await store.ApplyAsync([Keyed("k", "other")], null, Cancel)));

        await store.ApplyAsync([new JobCommand.FinishQueued(first.Job.Id, JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(1))], fence, Cancel);
        var again = (await store.ApplyAsync([Keyed("k")], null, Cancel))[0];
        Assert.Equal((Rejection.KeyInUse, first.Job.Id, JobState.Cancelled), (again.Rejection, again.Job!.Id, again.Job.State));
        Assert.Equal(first.Job.Id, (await store.FindByKeyAsync("ann", "k", Cancel))?.Id);
        Assert.Single(await PageAsync(store));
    }

    [Fact]
    public async Task A_key_within_one_batch_stands_for_the_first_of_it()
    {
        var store = await NewAsync();

        var results = await store.ApplyAsync([Keyed("k"), Keyed("l"), Keyed("k")], null, Cancel);

        Assert.Equal([Rejection.None, Rejection.None, Rejection.KeyInUse], results.Select(r => r.Rejection));
        Assert.Equal(results[0].Job!.Id, results[2].Job!.Id);
        Assert.Equal(2, (await PageAsync(store)).Count);
    }

    [Fact]
    public async Task One_users_key_says_nothing_of_anothers()
    {
        var store = await NewAsync();
        string?[] users = ["ann", "bob", null];

        var jobs = new List<JobId>();
        foreach (var user in users)
        {
            jobs.Add((await store.ApplyAsync([Keyed("k") with { User = user }], null, Cancel))[0].Job!.Id);
        }

        Assert.Equal(3, jobs.Distinct().Count());
        Assert.Equal(jobs, await Task.WhenAll(users.Select(async u => (await store.FindByKeyAsync(u, "k", Cancel))!.Id)));
        Assert.Null(await store.FindByKeyAsync("eve", "k", Cancel));
    }

    [Fact]
    public async Task Of_many_who_submit_a_key_at_once_all_get_one_job()
    {
        var store = await NewAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            Task.Run(async () => (await store.ApplyAsync([Keyed("k"), Keyed($"own-{i}")], null, Cancel))[0])));

        Assert.Single(results, r => r.Applied);
        Assert.Single(results.Select(r => r.Job!.Id).Distinct());
        Assert.Equal(17, (await PageAsync(store)).Count);
    }

    [Fact]
    public async Task A_repeated_key_is_answered_with_its_job_as_the_commands_before_it_left_that()
    {
        var store = await NewAsync();
        var job = (await store.ApplyAsync([Keyed("k")], null, Cancel))[0].Job!.Id;

        var results = await store.ApplyAsync([new JobCommand.RequestCancel(job, JobSamples.At(1)), Keyed("k")], null, Cancel);

        Assert.Equal((Rejection.KeyInUse, 2), (results[1].Rejection, results[1].Job!.Revision));
        Assert.Equal(results[0].Job!.Text(), results[1].Job!.Text());
    }

    [Fact]
    public async Task Submissions_that_come_together_are_never_seen_in_part()
    {
        const int readings = 200, groups = 20;
        var store = await NewAsync();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var written = 0;
        var submitting = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                var name = $"g{written}";
                await store.ApplyAsync([new JobCommand.SubmitAll([.. "abc".Select(d => Grouped(name, $"{d}"))])], null, Cancel);
                Interlocked.Increment(ref written);
            }
        }, Cancel);
        try
        {
            for (var i = 0; i < readings || (Volatile.Read(ref written) < groups && !submitting.IsCompleted); i++)
            {
                JobState[] states = i % 2 == 0 ? [JobState.Queued] : [];
                var newest = await store.ReadPageAsync(new JobQuery { States = states, Limit = 6 }, Cancel);
                Assert.All(newest.GroupBy(r => r.Job.Request.Group), group => Assert.Equal(3, group.Count()));
                await Task.Yield();
            }
        }
        finally
        {
            enough.Cancel();
            await submitting;
        }
    }

    [Fact]
    public async Task Submissions_that_come_together_are_there_together_in_their_order()
    {
        var store = await NewAsync();
        JobCommand.Submit[] submits = [Grouped("g", "a"), Grouped("g", "b"), Grouped("g", "c")];
        await SubmitAsync(store);

        var result = (await store.ApplyAsync([new JobCommand.SubmitAll(submits)], null, Cancel))[0];

        Assert.True(result.Applied);
        Assert.Equal(["a", "b", "c"], result.All.Select(j => j.Request.DatasetId));
        Assert.Equal(result.All[0].Id, result.Job!.Id);
        Assert.Equal(result.All.Select(j => j.Id).Order(), result.All.Select(j => j.Id));
        var page = await store.ReadPageAsync(new JobQuery { Group = "g", OldestFirst = true, Limit = 10 }, Cancel);
        Assert.Equal(result.All.Select(j => j.Text()), page.Select(r => r.Job.Text()));
        Assert.Empty(await store.ReadPageAsync(new JobQuery { Group = "h", Limit = 10 }, Cancel));
    }

    [Fact]
    public async Task A_key_of_submissions_that_come_together_stands_for_all_of_them()
    {
        var store = await NewAsync();
        JobCommand.Submit[] submits = [Keyed("k"), Grouped(null, "b")];
        var first = (await store.ApplyAsync([new JobCommand.SubmitAll(submits)], null, Cancel))[0];

        var again = await store.ApplyAsync([new JobCommand.SubmitAll(submits)], null, Cancel);

        Assert.Equal((Rejection.KeyInUse, first.Job!.Id), Answer(again));
        Assert.Equal(2, (await PageAsync(store)).Count);
    }

    [Fact]
    public async Task What_finished_long_ago_or_is_one_too_many_need_not_be_kept()
    {
        var store = await NewAsync();
        var fence = await DecideAsync(store);
        var jobs = new List<JobId>();
        for (var minute = 0; minute < 5; minute++)
        {
            jobs.Add(await FinishedAsync(store, fence, minute));
        }

        await SubmitAsync(store);

        Assert.Empty(await ExpiredAsync(new JobRetention(null, null)));
        Assert.Equal(jobs[..2], await ExpiredAsync(new JobRetention(JobSamples.At(2), null)));
        Assert.Equal(jobs[..3], await ExpiredAsync(new JobRetention(null, 2)));
        Assert.Equal(jobs[..4], await ExpiredAsync(new JobRetention(JobSamples.At(4), 2)));
        Assert.Equal(jobs[..3], await ExpiredAsync(new JobRetention(JobSamples.At(1), 2)));
        Assert.Equal(jobs, await ExpiredAsync(new JobRetention(null, 0)));
        Assert.Equal(jobs[..1], await ExpiredAsync(new JobRetention(null, 0), limit: 1));
        var (second, between) = (new FinishedPlace(JobSamples.At(1), jobs[1]), new FinishedPlace(JobSamples.At(1), default));
        Assert.Equal(jobs[2..3], await ExpiredAsync(new JobRetention(null, 0) { After = second }, limit: 1));
        Assert.Equal(jobs[1..], await ExpiredAsync(new JobRetention(null, 0) { After = between }));
        Assert.Equal(jobs[2..3], await ExpiredAsync(new JobRetention(null, 2) { After = second }));

        async Task<IEnumerable<JobId>> ExpiredAsync(JobRetention retention, int limit = 10) =>
            (await store.ReadExpiredAsync(retention, limit, Cancel)).Select(j => j.Id);
    }

    [Fact]
    public async Task What_is_removed_is_gone_with_its_key_and_what_is_not_finished_stays()
    {
        var store = await NewAsync();
        var fence = await DecideAsync(store);
        var gone = (await store.ApplyAsync([Keyed("k")], null, Cancel))[0].Job!.Id;
        await store.ApplyAsync([new JobCommand.FinishQueued(gone, JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(1))], fence, Cancel);
        var open = await SubmitAsync(store);
        Assert.NotNull(await store.ReadAsync(gone, Cancel));

        await store.RemoveAsync([gone, open, new JobId(999)], fence, Cancel);

        Assert.Null(await store.ReadAsync(gone, Cancel));
        Assert.Null(await store.ReadJobChangesAsync(gone, 0, Cancel));
        Assert.Null(await store.FindByKeyAsync("ann", "k", Cancel));
        Assert.Equal([open], (await PageAsync(store)).Select(j => j.Id));
        Assert.Empty(await store.ReadExpiredAsync(new JobRetention(null, 0), 10, Cancel));
        var next = (await store.ApplyAsync([Keyed("k")], null, Cancel))[0];
        Assert.True(next.Applied && next.Job!.Id > open);
    }

    [Fact]
    public async Task The_newest_job_that_is_removed_leaves_its_id_unused()
    {
        var store = await NewAsync();
        var fence = await DecideAsync(store);
        var last = await FinishedAsync(store, fence, 1);

        await store.RemoveAsync([last], fence, Cancel);

        Assert.True(await SubmitAsync(store) > last);
    }

    [Fact]
    public async Task Only_the_decider_removes()
    {
        var store = await NewAsync();
        var old = (await store.AcquireLeaseAsync("a", Lasting, Cancel))!.Value;
        var job = await FinishedAsync(store, old, 1);
        await store.ReleaseLeaseAsync(old, Cancel);
        await store.AcquireLeaseAsync("b", Lasting, Cancel);

        await Assert.ThrowsAsync<StaleFenceException>(async () => await store.RemoveAsync([job], old, Cancel));
        await Assert.ThrowsAsync<StaleFenceException>(async () => await store.RemoveAsync([job], default, Cancel));

        Assert.NotNull(await store.ReadAsync(job, Cancel));
    }

    private static JobCommand.Submit Keyed(string key, string dataset = "d") =>
        JobSamples.Submit(dataset) with { Request = JobSamples.Request(dataset) with { IdempotencyKey = key }, Fingerprint = dataset };

    private static JobCommand.Submit Grouped(string? group, string dataset) =>
        JobSamples.Submit(dataset) with { Request = JobSamples.Request(dataset) with { Group = group } };

    private static (Rejection Rejection, JobId Job) Answer(IReadOnlyList<CommandResult> results) => (Assert.Single(results).Rejection, results[0].Job!.Id);

    private async Task<JobId> FinishedAsync(IJobStore store, Fence fence, int minute)
    {
        var job = await SubmitAsync(store);
        await store.ApplyAsync([new JobCommand.FinishQueued(job, JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(minute))], fence, Cancel);
        return job;
    }
}
