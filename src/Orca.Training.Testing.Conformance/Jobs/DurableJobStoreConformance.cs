using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Conformance.Jobs;

/// <summary>The conformance suite of durable job stores: all cases of <see cref="JobStoreConformance"/>, and cases with restarts.</summary>
public abstract class DurableJobStoreConformance : JobStoreConformance
{
    [Fact]
    public async Task It_says_that_jobs_outlive_the_process() => Assert.True((await NewAsync()).IsDurable);

    [Fact]
    public async Task All_that_was_on_record_is_there_after_a_restart()
    {
        var store = await NewAsync();
        var installation = await store.GetInstallationAsync(Cancel);
        var fence = await DecideAsync(store);
        var waiting = await SubmitAsync(store);
        var putOff = await SubmitAsync(store);
        var finished = await SubmitAsync(store);
        var pooled = (await store.ApplyAsync([JobSamples.Submit() with { Pool = "day" }], null, Cancel))[0].Job!.Id;
        await store.ApplyAsync(
            [
                new JobCommand.BeginAttempt(putOff, 1, "m", JobSamples.At(1)),
                new JobCommand.Defer(putOff, 1, "no room", JobSamples.At(9), JobSamples.At(2)),
                new JobCommand.RequestCancel(putOff, JobSamples.At(3)),
                new JobCommand.BeginAttempt(finished, 1, "m", JobSamples.At(1)),
                new JobCommand.BeginRunning(finished, 1, ["c"], JobSamples.At(2)),
                new JobCommand.Publish(finished, 1, JobSamples.Model, JobSamples.HalfDone, JobSamples.At(3)),
            ],
            fence,
            Cancel);
        var before = (await PageAsync(store)).Select(j => j.Text()).ToList();
        var placesBefore = (await store.ReadAsync(waiting, Cancel))!.Value.QueuePosition;

        store = await RestartAsync(store);

        Assert.Equal(installation, await store.GetInstallationAsync(Cancel));
        Assert.Equal(before, (await PageAsync(store)).Select(j => j.Text()));
        Assert.Equal([waiting, putOff, pooled], (await store.ReadOpenJobsAsync(Cancel)).Jobs.Select(j => j.Id));
        Assert.Equal([new PoolCount(null, null, 2, 2), new PoolCount("day", "ann", 1, 1)], InOrder(await store.CountOpenAsync(null, Cancel)));
        Assert.Equal(placesBefore, (await store.ReadAsync(waiting, Cancel))!.Value.QueuePosition);
        Assert.Equal(before[2], (await store.ReadJobChangesAsync(finished, 0, Cancel))![^1].Text());
        Assert.Empty((await store.ReadJobChangesAsync(finished, 4, Cancel))!);
    }

    [Fact]
    public async Task Every_word_of_a_job_outlives_a_restart()
    {
        var store = await NewAsync();
        var fence = await DecideAsync(store);
        var odd = "\"\\ \u0001 \t\n é 😀 \u2028 '; DROP TABLE jobs; --";
        var request = new TrainingRequest
        {
            Algorithm = "älg",
            DatasetId = odd,
            DatasetVersion = "v",
            Name = odd,
            OutputModelName = odd,
            Parameters = new Dictionary<string, string> { ["LR"] = odd, ["Ü"] = "" },
            Labels = new Dictionary<string, string> { [odd] = odd },
            Workers = 2,
        };
        var at = new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.FromHours(2)).AddTicks(1_234_567);
        var job = (await store.ApplyAsync([new JobCommand.Submit(request, odd, at)], null, Cancel))[0].Job!.Id;
        var progress = new TrainingProgress
        {
            Done = 0.1,
            Total = 1e300,
            Metrics = new Dictionary<string, double> { [odd] = -0.0, ["nan"] = double.NaN, ["inf"] = double.NegativeInfinity, ["small"] = double.Epsilon },
            Announced = [new AnnouncedArtifact(odd, long.MaxValue, odd), new AnnouncedArtifact("")],
            Position = new OutputPosition(long.MaxValue, int.MaxValue),
        };
        var outcome = new Outcome(new OutcomeCode("NobodyKnows"), odd, -1);
        await store.ApplyAsync(
            [
                new JobCommand.BeginAttempt(job, 1, odd, at),
                new JobCommand.ReportPhase(job, 1, new LaunchPhase(LaunchStep.PullingImage, 0.25, odd), at),
                new JobCommand.BeginRunning(job, 1, [odd, "c2"], at),
                new JobCommand.RecordProgress(job, 1, progress, at),
                new JobCommand.FinishAttempt(job, 1, JobState.Failed, outcome, null, at),
            ],
            fence,
            Cancel);
        var before = await ReadAsync(store, job);

        store = await RestartAsync(store);

        var after = await ReadAsync(store, job);
        Assert.Equal(before.Text(), after.Text());
        Assert.Equal((odd, "NobodyKnows", -1), (after.Request.Parameters["LR"], after.Outcome!.Code.Name, after.Outcome.ExitCode));
        Assert.Equal(at, after.SubmittedAt);
        Assert.Equal(double.NaN, after.Progress.Metrics["nan"]);
        Assert.Equal(2, after.Attempts[0].Incarnations.Count);
    }

    [Fact]
    public async Task An_id_is_not_drawn_again_after_a_restart()
    {
        var store = await NewAsync();
        var first = await SubmitAsync(store);
        store = await RestartAsync(store);
        var second = await SubmitAsync(store);
        store = await RestartAsync(store);

        Assert.True(second > first);
        Assert.True(await SubmitAsync(store) > second);
    }

    [Fact]
    public async Task The_term_after_a_restart_is_greater_and_the_old_one_is_refused()
    {
        var store = await NewAsync();
        var old = await DecideAsync(store);
        var job = await SubmitAsync(store);
        store = await RestartAsync(store);
        await PassAsync(store, TimeSpan.FromDays(1));

        var current = (await store.AcquireLeaseAsync("another", TimeSpan.FromHours(1), Cancel))!.Value;

        Assert.True(current.Term > old.Term);
        JobCommand[] begin = [new JobCommand.BeginAttempt(job, 1, "m", JobSamples.At(1))];
        await Assert.ThrowsAsync<StaleFenceException>(() => store.ApplyAsync(begin, old, Cancel).AsTask());
        Assert.True((await store.ApplyAsync(begin, current, Cancel))[0].Applied);
    }

    [Fact]
    public async Task A_cursor_from_before_a_restart_skips_nothing_or_says_that_it_is_truncated()
    {
        var store = await NewAsync();
        await SubmitAsync(store);
        var cursor = (await store.ReadOpenJobsAsync(Cancel)).Cursor;
        var missed = await SubmitAsync(store);
        store = await RestartAsync(store);
        var next = await SubmitAsync(store);

        var page = await store.ReadChangesAsync(cursor, Cancel);

        Assert.True(page.IsTruncated || page.Changes.Select(j => j.Id).SequenceEqual([missed, next]), "the feed skipped a change from before the restart");
    }

    [Fact]
    public async Task Trainings_go_on_where_they_stood()
    {
        var store = await NewAsync();
        var job = await SubmitAsync(store);
        await store.ApplyAsync([new JobCommand.BeginAttempt(job, 1, "m", JobSamples.At(1)), new JobCommand.BeginRunning(job, 1, ["c"], JobSamples.At(2))], await DecideAsync(store), Cancel);
        store = await RestartAsync(store);
        await PassAsync(store, TimeSpan.FromDays(1));
        var fence = await DecideAsync(store);

        var results = await store.ApplyAsync([new JobCommand.Publish(job, 1, JobSamples.Model, JobSamples.HalfDone, JobSamples.At(3))], fence, Cancel);

        Assert.True(results[0].Applied);
        Assert.Equal((JobState.Succeeded, 4), (results[0].Job!.State, results[0].Job!.Revision));
        Assert.Empty((await store.ReadOpenJobsAsync(Cancel)).Jobs);
    }

    /// <summary>Opens the same installation again, as after a restart of the host. The given store has been disposed.</summary>
    protected abstract ValueTask<IJobStore> ReopenAsync(IJobStore closed, TimeProvider time);

    private async Task<IJobStore> RestartAsync(IJobStore store)
    {
        await DisposeAsync(store);
        return await RememberAsync(time => ReopenAsync(store, time));
    }
}
