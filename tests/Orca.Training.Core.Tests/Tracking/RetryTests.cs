using Orca.Training.Jobs;
using Orca.Training.Testing;

namespace Orca.Training.Tests.Tracking;

/// <summary>What follows an attempt that failed.</summary>
public sealed class RetryTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_failed_attempt_is_followed_by_others_after_ever_longer_pauses() => VirtualTime.RunAsync(async time =>
    {
        var tries = 0;
        await using var host = await TestHost.StartAsync(time, _ => ++tries < 4 ? FakeTraining.Succeeds.ExitsWith(tries * 3).RunsFor(TimeSpan.FromMinutes(1)) : FakeTraining.Succeeds);
        var policy = new RetryPolicy { MaxRetries = 5, FirstPause = TimeSpan.FromSeconds(10) };

        var status = await host.FinishAsync(await TrainAsync(host, policy));

        var job = await ReadAsync(host, status.JobId);
        Assert.Equal(JobState.Succeeded, status.State);
        Assert.Equal(["NonZeroExit", "NonZeroExit", "NonZeroExit", "Completed"], job.Attempts.Select(a => a.Outcome!.Code.Name));
        Assert.Equal([3, 6, 9, 0], job.Attempts.Select(a => a.Outcome!.ExitCode));
        Assert.Equal([1, 2, 3, 4], job.Attempts.Select(a => a.Number));
        Assert.Equal(
            [.. Enumerable.Range(1, 3).Select(n => policy.PauseAfter(job.Id, n))],
            job.Attempts.Skip(1).Zip(job.Attempts, (next, before) => next.CreatedAt - before.EndedAt!.Value));
        await host.WaitForNoContainersAsync();
    });

    [Fact]
    public Task When_no_retry_is_left_the_last_outcome_is_the_jobs() => VirtualTime.RunAsync(async time =>
    {
        var tries = 0;
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Succeeds.ExitsWith(10 + ++tries));

        var status = await host.FinishAsync(await TrainAsync(host, new RetryPolicy { MaxRetries = 2 }));

        Assert.Equal((JobState.Failed, OutcomeCode.NonZeroExit, 13), (status.State, status.Outcome!.Code, status.Outcome.ExitCode));
        Assert.Equal(3, tries);
    });

    [Fact]
    public Task Without_a_policy_there_is_one_attempt() => VirtualTime.RunAsync(async time =>
    {
        var tries = 0;
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Succeeds.ExitsWith(++tries));

        await host.FinishAsync(await host.TrainAsync());

        Assert.Equal(1, tries);
    });

    [Theory]
    [InlineData(2, false, 1)]
    [InlineData(126, false, 1)]
    [InlineData(127, false, 1)]
    [InlineData(1, false, 4)]
    [InlineData(2, true, 4)]
    [InlineData(127, true, 4)]
    public Task Exit_codes_that_mean_a_mistake_are_tried_again_only_where_a_policy_says_so(int exitCode, bool isNamed, int attempts) => VirtualTime.RunAsync(async time =>
    {
        var tries = 0;
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Succeeds.ExitsWith(exitCode + (0 * ++tries)));

        await host.FinishAsync(await TrainAsync(host, new RetryPolicy { MaxRetries = 3, On = isNamed ? [OutcomeCode.NonZeroExit] : [] }));

        Assert.Equal(attempts, tries);
    });

    [Theory]
    [InlineData("ImageNotFound")]
    [InlineData("InvalidSpec")]
    public Task A_hopeless_outcome_ends_at_once_even_if_it_was_asked_for(string code) => VirtualTime.RunAsync(async time =>
    {
        var tries = 0;
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.FailsToStart(new OutcomeCode(code), $"No ({++tries})."));

        // Clients refuse to ask for that; an older host's may be on record all the same.
        var request = new TrainingRequest { Algorithm = "a", DatasetId = "d", DatasetVersion = "v", Retries = new RetryPolicy { MaxRetries = 3, On = [new OutcomeCode(code)] } };
        var submitted = await host.Store.ApplyAsync([new JobCommand.Submit(request, null, time.GetUtcNow())], fence: null, TestContext.Current.CancellationToken);
        var status = await host.FinishAsync(submitted[0].Job!.Id);

        Assert.Equal(code, status.Outcome!.Code.Name);
        Assert.Equal(1, tries);
    });

    [Fact]
    public Task A_start_that_fails_is_tried_again_too() => VirtualTime.RunAsync(async time =>
    {
        var tries = 0;
        await using var host = await TestHost.StartAsync(
            time, _ => ++tries == 1 ? FakeTraining.FailsToStart(OutcomeCode.ImagePullFailed, "The registry is busy.") : FakeTraining.Succeeds);

        var status = await host.FinishAsync(await TrainAsync(host, new RetryPolicy { MaxRetries = 1 }));

        Assert.Equal((JobState.Succeeded, 2), (status.State, status.Attempt));
    });

    [Fact]
    public Task Only_the_outcomes_that_were_named_are_tried_again() => VirtualTime.RunAsync(async time =>
    {
        var tries = 0;
        await using var host = await TestHost.StartAsync(time, _ => ++tries == 1 ? FakeTraining.Succeeds.RunsOutOfMemory() : FakeTraining.Succeeds.ExitsWith(1));

        var status = await host.FinishAsync(await TrainAsync(host, new RetryPolicy { MaxRetries = 5, On = [OutcomeCode.OutOfMemory] }));

        Assert.Equal((OutcomeCode.NonZeroExit, 2), (status.Outcome!.Code, status.Attempt));
    });

    [Fact]
    public Task Others_run_while_a_job_waits_for_its_next_try() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, r => r.DatasetId == "bad" ? FakeTraining.Succeeds.ExitsWith(1) : FakeTraining.Succeeds.RunsFor(TimeSpan.FromMinutes(1)));
        var failing = await TrainAsync(host, new RetryPolicy { MaxRetries = 1, FirstPause = TimeSpan.FromHours(1), LongestPause = TimeSpan.FromHours(1) }, "bad");
        var waiting = await host.WaitAsync(failing, s => s is { State: JobState.Queued, Attempt: 1 });

        var other = await host.FinishAsync(await host.TrainAsync());

        Assert.Contains("Attempt 1 ended with NonZeroExit; this is retry 1 of 1.", waiting.Message, StringComparison.Ordinal);
        Assert.Equal(JobState.Succeeded, other.State);
        Assert.Equal(JobState.Failed, (await host.FinishAsync(failing)).State);
    });

    [Fact]
    public Task Who_cancels_while_it_waits_ends_it() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Succeeds.ExitsWith(1));
        var job = await TrainAsync(host, new RetryPolicy { MaxRetries = 9 });
        await host.WaitAsync(job, s => s is { State: JobState.Queued, Attempt: 1 });

        await host.Client.CancelTrainingAsync(job, Cancel);

        var status = await host.FinishAsync(job);
        Assert.Equal((JobState.Cancelled, 1), (status.State, status.Attempt));
    });

    [Fact]
    public Task Jobs_that_failed_together_do_not_come_back_together() => VirtualTime.RunAsync(_ =>
    {
        var pauses = Enumerable.Range(1, 100).Select(id => new RetryPolicy().PauseAfter(new JobId(id), 3)).ToList();

        Assert.All(pauses, p => Assert.InRange(p, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(40)));
        Assert.True(pauses.Distinct().Count() > 90);
        Assert.InRange(new RetryPolicy().PauseAfter(new JobId(1), 40), TimeSpan.FromMinutes(7.5), TimeSpan.FromMinutes(10));
        return Task.CompletedTask;
    });

    private static async Task<Job> ReadAsync(TestHost host, JobId job) => (await host.Store.ReadAsync(job, Cancel))!.Value.Job;

    private static Task<JobId> TrainAsync(TestHost host, RetryPolicy policy, string dataset = "d") =>
        host.Client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = dataset, Retries = policy }, Cancel);
}
