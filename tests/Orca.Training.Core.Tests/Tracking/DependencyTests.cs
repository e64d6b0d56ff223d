using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing;

namespace Orca.Training.Tests.Tracking;

/// <summary>Jobs that wait for others, and jobs that are held.</summary>
public sealed class DependencyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_job_starts_when_all_that_it_waits_for_have_succeeded() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await StartAsync(time, r => FakeTraining.Succeeds.RunsFor(TimeSpan.FromHours(r.DatasetId == "long" ? 3 : 1)));
        var (one, other) = (await host.TrainAsync("short"), await host.TrainAsync("long"));
        var last = await TrainAsync(host, one, other);

        var status = await host.FinishAsync(last);

        Assert.Equal(JobState.Succeeded, status.State);
        Assert.Equal((await host.FinishAsync(other)).FinishedAt, status.StartedAt);
    });

    [Fact]
    public Task A_job_that_waits_for_another_holds_up_nobody() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await StartAsync(time, r => FakeTraining.Succeeds.RunsFor(TimeSpan.FromHours(r.DatasetId == "long" ? 3 : 1)), jobs: 2);
        var first = await host.TrainAsync("long");
        await TrainAsync(host, first);

        var status = await host.FinishAsync(await host.TrainAsync("short"));

        Assert.Equal(status.SubmittedAt, status.StartedAt);
    });

    [Fact]
    public Task What_ended_before_the_submission_counts() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await StartAsync(time, _ => FakeTraining.Succeeds);
        var first = await host.TrainAsync();
        await host.FinishAsync(first);

        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(await TrainAsync(host, first))).State);
    });

    [Theory]
    [InlineData(true, "Training 1, which must succeed before this one starts, has been cancelled.")]
    [InlineData(false, "Training 1, which must succeed before this one starts, has failed.")]
    public Task If_one_of_them_does_not_succeed_the_job_fails_and_so_does_what_waits_for_it(bool isCancelled, string says) => VirtualTime.RunAsync(async time =>
    {
        await using var host = await StartAsync(time, _ => FakeTraining.Succeeds.ExitsWith(1).RunsFor(TimeSpan.FromHours(1)));
        var first = await host.TrainAsync();
        var second = await TrainAsync(host, first);
        var third = await TrainAsync(host, second);
        if (isCancelled)
        {
            await host.Client.CancelTrainingAsync(first, Cancel);
        }

        var (after, last) = (await host.FinishAsync(second), await host.FinishAsync(third));

        Assert.Equal((JobState.Failed, OutcomeCode.DependencyFailed, says), (after.State, after.Outcome!.Code, after.Message));
        Assert.Equal("Training 2, which must succeed before this one starts, has failed.", last.Message);
        Assert.Equal(0, last.Attempt);
    });

    [Fact]
    public Task A_retry_of_what_is_waited_for_is_waited_for() => VirtualTime.RunAsync(async time =>
    {
        var tries = 0;
        await using var host = await StartAsync(time, r => r.DatasetId == "bad" && ++tries == 1 ? FakeTraining.Succeeds.ExitsWith(1) : FakeTraining.Succeeds);
        var first = await host.Client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "bad", Retries = new RetryPolicy { MaxRetries = 1 } }, Cancel);

        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(await TrainAsync(host, first))).State);
    });

    [Fact]
    public Task A_limit_for_the_queue_begins_when_nothing_is_waited_for_any_more() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await StartAsync(time, _ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromHours(5)));
        var first = await host.TrainAsync();
        var request = new TrainingRequest { Algorithm = "a", DatasetId = "d", DependsOn = [first], Timeouts = new TrainingTimeouts { Queued = TimeSpan.FromHours(1) } };

        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(await host.Client.TrainAsync(request, Cancel))).State);
    });

    [Fact]
    public Task A_held_job_lets_others_pass_and_starts_when_it_is_released() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await StartAsync(time, _ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromHours(1)), jobs: 1);
        var held = await host.Client.TrainAsync(
            new TrainingRequest { Algorithm = "a", DatasetId = "d", IsHeld = true, Timeouts = new TrainingTimeouts { Queued = TimeSpan.FromMinutes(1) } }, Cancel);

        await host.FinishAsync(await host.TrainAsync());
        Assert.Equal(JobState.Queued, (await host.Client.GetTrainingStatusAsync(held, Cancel)).State);
        await ApplyAsync(host, new JobCommand.RequestRelease(held, time.GetUtcNow()));

        var status = await host.FinishAsync(held);
        Assert.Equal(TimeSpan.FromHours(1), status.StartedAt - status.SubmittedAt);
    });

    [Fact]
    public Task Who_holds_a_job_that_waits_keeps_it_from_starting() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await StartAsync(time, _ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromHours(1)), jobs: 1);
        await host.TrainAsync();
        var held = await host.TrainAsync();
        await ApplyAsync(host, new JobCommand.RequestHold(held, time.GetUtcNow()));

        await host.FinishAsync(await host.TrainAsync());

        Assert.Equal(0, (await host.Client.GetTrainingStatusAsync(held, Cancel)).Attempt);
        await host.Client.CancelTrainingAsync(held, Cancel);
        Assert.Equal(JobState.Cancelled, (await host.FinishAsync(held)).State);
    });

    private static Task<TestHost> StartAsync(VirtualTime time, Func<TrainingRequest, FakeTraining> script, int jobs = 4) =>
        TestHost.StartAsync(time, script, build: b => b.UseCapacityPolicy(CapacityPolicies.Jobs(jobs)));

    private static Task<JobId> TrainAsync(TestHost host, params JobId[] after) =>
        host.Client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "d", DependsOn = after }, Cancel);

    private static async Task ApplyAsync(TestHost host, JobCommand command) =>
        Assert.Equal(Rejection.None, (await host.Store.ApplyAsync([command], null, Cancel))[0].Rejection);
}
