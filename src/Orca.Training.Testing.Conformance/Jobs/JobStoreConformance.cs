using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Conformance.Jobs;

/// <summary>
/// The conformance suite of job stores. Derive a class from it, and override the method that creates an empty store. The suite runs
/// hand-written cases, generated commands that are compared with a model, and parallel calls whose results must be consistent with one
/// order.
/// </summary>
public abstract partial class JobStoreConformance : Suite
{
    /// <summary>An id that no store draws.</summary>
    private static readonly JobId NoJob = new(1L << 60);

    private readonly ManualTime _time = new();

    /// <summary>The number of generated sequences, each on a new store. Reduce it if creating a store is slow. Default 100.</summary>
    protected virtual int GeneratedSequences => 100;

    /// <summary>Creates an empty store with its own installation. If it is disposable, it is disposed after the case.</summary>
    /// <param name="time">The clock of its leases. If they use the clock of a server, see <see cref="PassAsync"/>.</param>
    protected abstract ValueTask<IJobStore> CreateAsync(TimeProvider time);

    /// <summary>
    /// Lets time pass for the leases of a store: by default, advances the clock with which it was created. If leases use the clock of a
    /// server, make them older there instead; the cases allow a difference of one minute.
    /// </summary>
    protected virtual ValueTask PassAsync(IJobStore store, TimeSpan time)
    {
        _time.Advance(time);
        return ValueTask.CompletedTask;
    }

    private protected ValueTask<IJobStore> NewAsync() => RememberAsync(CreateAsync);

    private protected async ValueTask<IJobStore> RememberAsync(Func<TimeProvider, ValueTask<IJobStore>> make) => Remember(await make(_time));

    [Fact]
    public async Task The_installation_is_the_same_on_every_call()
    {
        var store = await NewAsync();

        var first = await store.GetInstallationAsync(Cancel);

        Assert.NotEmpty(first.Value);
        Assert.Equal(first, await store.GetInstallationAsync(Cancel));
        Assert.NotEqual(first, await (await NewAsync()).GetInstallationAsync(Cancel));
    }

    [Fact]
    public async Task A_submission_is_a_queued_job_with_a_new_id_and_all_that_was_asked_for()
    {
        var store = await NewAsync();
        var request = JobSamples.Request() with
        {
            DatasetVersion = "v",
            Name = "näme",
            OutputModelName = "m",
            Parameters = new Dictionary<string, string> { ["LR"] = "0.1" },
            Labels = new Dictionary<string, string> { ["team"] = "x" },
            Workers = 3,
        };

        var results = await store.ApplyAsync([new JobCommand.Submit(request, "ann", JobSamples.At(2)), JobSamples.Submit()], null, Cancel);

        var (first, second) = (results[0].Job!, results[1].Job!);
        Assert.True(results[0].Applied && results[1].Applied);
        Assert.True(first.Id.Value > 0 && second.Id > first.Id, $"ids {first.Id} and {second.Id} do not grow");
        var expected = new Job { Id = first.Id, Request = request, User = "ann", SubmittedAt = JobSamples.At(2) };
        Assert.Equal(expected.Text(), first.Text());
        Assert.Equal(expected.Text(), (await store.ReadAsync(first.Id, Cancel))!.Value.Job.Text());
    }

    [Fact]
    public async Task A_batch_answers_each_command_and_one_that_is_rejected_stops_no_other()
    {
        var store = await NewAsync();
        var fence = await DecideAsync(store);
        var job = await SubmitAsync(store);

        var results = await store.ApplyAsync(
            [
                new JobCommand.BeginAttempt(job, 1, "m", JobSamples.At(1)),
                new JobCommand.BeginAttempt(job, 1, "m", JobSamples.At(1)),
                new JobCommand.FinishQueued(NoJob, JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(1)),
                new JobCommand.BeginRunning(job, 1, ["c"], JobSamples.At(2)),
                JobSamples.Submit(),
            ],
            fence,
            Cancel);

        Assert.Equal([Rejection.None, Rejection.Conflict, Rejection.NotFound, Rejection.None, Rejection.None], results.Select(r => r.Rejection));
        Assert.Equal((JobState.Launching, 2), (results[1].Job!.State, results[1].Job!.Revision));
        Assert.Null(results[2].Job);
        Assert.Equal((JobState.Running, 3), (results[3].Job!.State, results[3].Job!.Revision));
        Assert.Equal(results[3].Job!.Text(), (await ReadAsync(store, job)).Text());
    }

    [Fact]
    public async Task An_empty_batch_is_nothing()
    {
        var store = await NewAsync();

        Assert.Empty(await store.ApplyAsync([], null, Cancel));
    }

    [Fact]
    public async Task A_final_job_never_changes()
    {
        var store = await NewAsync();
        var fence = await DecideAsync(store);
        var job = await SubmitAsync(store);
        await store.ApplyAsync([new JobCommand.FinishQueued(job, JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(1))], fence, Cancel);
        var before = await ReadAsync(store, job);

        var results = await store.ApplyAsync(
            [new JobCommand.RequestCancel(job, JobSamples.At(2)), new JobCommand.BeginAttempt(job, 1, "m", JobSamples.At(2))], fence, Cancel);

        Assert.All(results, r => Assert.Equal(Rejection.Final, r.Rejection));
        Assert.Equal(before.Text(), (await ReadAsync(store, job)).Text());
    }

    [Fact]
    public async Task A_job_that_there_is_not_reads_as_none()
    {
        var store = await NewAsync();

        Assert.Null(await store.ReadAsync(NoJob, Cancel));
        Assert.Null(await store.ReadJobChangesAsync(NoJob, 0, Cancel));
    }

    [Fact]
    public async Task A_place_in_the_queue_counts_the_older_ones_that_wait()
    {
        var store = await NewAsync();
        var fence = await DecideAsync(store);
        var (first, second, third) = (await SubmitAsync(store), await SubmitAsync(store), await SubmitAsync(store));
        Assert.Equal([1, 2, 3], await PlacesAsync(store, first, second, third));

        await store.ApplyAsync([new JobCommand.BeginAttempt(first, 1, "m", JobSamples.At(1))], fence, Cancel);
        Assert.Equal([null, 1, 2], await PlacesAsync(store, first, second, third));

        await store.ApplyAsync([new JobCommand.Defer(first, 1, "no room", JobSamples.At(9), JobSamples.At(1))], fence, Cancel);
        Assert.Equal([1, 2, 3], await PlacesAsync(store, first, second, third));

        await store.ApplyAsync([new JobCommand.FinishQueued(second, JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(1))], fence, Cancel);
        Assert.Equal([1, null, 2], await PlacesAsync(store, first, second, third));
    }

    [Fact]
    public async Task Pages_show_jobs_by_state_in_either_order_up_to_a_limit_and_go_on_after_an_id()
    {
        var store = await NewAsync();
        var fence = await DecideAsync(store);
        var jobs = new List<JobId>();
        for (var i = 0; i < 10; i++)
        {
            jobs.Add(await SubmitAsync(store));
        }

        // 0 and 1 run, 2 launches, 3 is cancelled, 4 has failed, the others wait.
        foreach (var i in new[] { 4, 0, 1, 2 })
        {
            await store.ApplyAsync([new JobCommand.BeginAttempt(jobs[i], 1, "m", JobSamples.At(1))], fence, Cancel);
        }

        await store.ApplyAsync(
            [
                new JobCommand.BeginRunning(jobs[1], 1, ["c"], JobSamples.At(2)),
                new JobCommand.BeginRunning(jobs[0], 1, ["c"], JobSamples.At(2)),
                new JobCommand.FinishAttempt(jobs[4], 1, JobState.Failed, JobSamples.OutOfRoom, null, JobSamples.At(2)),
                new JobCommand.FinishQueued(jobs[3], JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(2)),
            ],
            fence,
            Cancel);

        await ExpectPageAsync([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], null, 0, 100);
        await ExpectPageAsync([0, 1, 2], null, 0, 3);
        await ExpectPageAsync([3, 4, 5, 6], null, jobs[2].Value, 4);
        await ExpectPageAsync([5, 6, 7, 8, 9], JobState.Queued, 0, 100);
        await ExpectPageAsync([7, 8], JobState.Queued, jobs[6].Value, 2);
        await ExpectPageAsync([2], JobState.Launching, 0, 100);
        await ExpectPageAsync([0, 1], JobState.Running, 0, 100);
        await ExpectPageAsync([1], JobState.Running, jobs[0].Value, 1);
        await ExpectPageAsync([3], JobState.Cancelled, 0, 100);
        await ExpectPageAsync([4], JobState.Failed, 0, 1);
        await ExpectPageAsync([], JobState.Succeeded, 0, 100);
        await ExpectPageAsync([], null, jobs[9].Value, 100);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => ExpectPageAsync([], null, 0, 0));

        async Task ExpectPageAsync(int[] expected, JobState? state, long after, int limit)
        {
            Assert.Equal(expected, (await PageAsync(store, state, after, limit)).Select(j => jobs.IndexOf(j.Id)));
            // The other way round the same page ends where this one begins.
            var all = await PageAsync(store, state, after, int.MaxValue);
            var newestFirst = new JobQuery { States = state is { } one ? [one] : [], Limit = int.MaxValue };
            Assert.Equal(all.Reverse().Select(j => j.Id), (await store.ReadPageAsync(newestFirst, Cancel)).TakeWhile(r => r.Job.Id.Value > after).Select(r => r.Job.Id));
        }
    }

    [Fact]
    public async Task The_open_jobs_are_those_that_are_not_final_oldest_first()
    {
        var store = await NewAsync();
        var fence = await DecideAsync(store);
        var (first, second, third) = (await SubmitAsync(store), await SubmitAsync(store), await SubmitAsync(store));
        await store.ApplyAsync(
            [new JobCommand.BeginAttempt(third, 1, "m", JobSamples.At(1)), new JobCommand.FinishQueued(second, JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(1))], fence, Cancel);

        var open = await store.ReadOpenJobsAsync(Cancel);

        Assert.Equal([(first, JobState.Queued), (third, JobState.Launching)], open.Jobs.Select(j => (j.Id, j.State)));
    }

    private protected async Task<IReadOnlyList<Job>> PageAsync(IJobStore store, JobState? state = null, long after = 0, int limit = int.MaxValue) =>
        [
            .. from reading in await store.ReadPageAsync(
                   new JobQuery { States = state is { } s ? [s] : [], After = new JobId(after), Limit = limit, OldestFirst = true }, Cancel)
               select reading.Job,
        ];

    private protected async Task<Fence> DecideAsync(IJobStore store) =>
        (await store.AcquireLeaseAsync("decider", TimeSpan.FromHours(1), Cancel))!.Value;

    private protected async Task<JobId> SubmitAsync(IJobStore store) =>
        (await store.ApplyAsync([JobSamples.Submit()], null, Cancel))[0].Job!.Id;

    private protected async Task<Job> ReadAsync(IJobStore store, JobId job) => (await store.ReadAsync(job, Cancel))!.Value.Job;

    private async Task<int?[]> PlacesAsync(IJobStore store, params JobId[] jobs)
    {
        var places = new List<int?>();
        foreach (var job in jobs)
        {
            places.Add((await store.ReadAsync(job, Cancel))!.Value.QueuePosition);
        }

        return [.. places];
    }
}
