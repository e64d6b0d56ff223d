using Orca.Training.Jobs;
using Orca.Training.Testing;

namespace Orca.Training.Tests.Tracking;

/// <summary>What becomes of a training whose own limits pass.</summary>
public sealed class TimeoutTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_training_that_runs_too_long_is_stopped_and_says_so() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Hangs, o => o.ReconcilePeriod = TimeSpan.FromDays(1));

        var status = await host.FinishAsync(await TrainAsync(host, new TrainingTimeouts { Running = TimeSpan.FromMinutes(90) }));

        Assert.Equal((JobState.Failed, OutcomeCode.TimedOut), (status.State, status.Outcome!.Code));
        Assert.Equal(TimeSpan.FromMinutes(90), status.FinishedAt - status.StartedAt);
        Assert.Equal("The training ran longer than its limit of 01:30:00 and was stopped. Raise the limit, or reduce the work.", status.Message);
        await host.WaitForNoContainersAsync();
    });

    [Fact]
    public Task One_without_a_limit_of_its_own_is_stopped_at_the_hosts() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Hangs, o => o.Limits.LongestTimeLimit = TimeSpan.FromHours(3));

        var status = await host.FinishAsync(await TrainAsync(host, null));

        Assert.Equal((JobState.Failed, OutcomeCode.TimedOut), (status.State, status.Outcome!.Code));
        // It is looked at once a reconcile period.
        Assert.InRange((status.FinishedAt - status.StartedAt)!.Value, TimeSpan.FromHours(3), TimeSpan.FromHours(3) + TimeSpan.FromSeconds(11));
        Assert.Contains("03:00:00", status.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task One_that_ends_in_time_is_not_touched() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromMinutes(90)));

        var status = await host.FinishAsync(await TrainAsync(host, new TrainingTimeouts { Running = TimeSpan.FromMinutes(91) }));

        Assert.Equal(JobState.Succeeded, status.State);
    });

    [Fact]
    public Task One_that_ignores_the_stop_is_killed_after_its_grace() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Hangs.IgnoringStop(), o => o.StopGrace = TimeSpan.FromSeconds(20));

        var status = await host.FinishAsync(await TrainAsync(host, new TrainingTimeouts { Running = TimeSpan.FromMinutes(1) }));

        Assert.Equal((OutcomeCode.TimedOut, 137), (status.Outcome!.Code, status.Outcome.ExitCode));
        Assert.Equal(TimeSpan.FromSeconds(80), status.FinishedAt - status.StartedAt);
    });

    [Fact]
    public Task One_that_reports_nothing_any_more_has_stalled_however_much_it_prints() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Hangs
            .Prints("""{"orca":"metric","loss":1}""", TimeSpan.FromMinutes(50))
            .Prints("still here", TimeSpan.FromMinutes(70)));

        var status = await host.FinishAsync(await TrainAsync(host, new TrainingTimeouts { NoProgress = TimeSpan.FromHours(1) }));

        Assert.Equal((JobState.Failed, OutcomeCode.Stalled), (status.State, status.Outcome!.Code));
        Assert.Equal(TimeSpan.FromMinutes(110), status.FinishedAt - status.StartedAt);
        Assert.Equal("The training reported neither a metric nor progress for 01:00:00, its limit, and was stopped.", status.Message);
    });

    [Fact]
    public Task Silence_does_not_count_while_its_machine_is_out_of_reach() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Succeeds
            .Prints("""{"orca":"metric","loss":1}""", TimeSpan.FromMinutes(30)).RunsFor(TimeSpan.FromMinutes(61)));
        var job = await TrainAsync(host, new TrainingTimeouts { NoProgress = TimeSpan.FromMinutes(40) });
        await host.WaitAsync(job, s => s.State is JobState.Running);

        host.Runtime.GoAway();
        await Task.Delay(TimeSpan.FromMinutes(45), time, Cancel);
        host.Runtime.ComeBack();

        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(job)).State);
    });

    [Fact]
    public Task A_launch_has_the_limit_that_was_asked_for() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.HangsAtStart(), o => o.ReconcilePeriod = TimeSpan.FromDays(1));
        var submitted = time.GetUtcNow();

        var status = await host.FinishAsync(await TrainAsync(host, new TrainingTimeouts { Launching = TimeSpan.FromMinutes(3) }));

        Assert.Equal(OutcomeCode.LaunchFailed, status.Outcome!.Code);
        Assert.Equal(TimeSpan.FromMinutes(3), status.FinishedAt - submitted);
    });

    [Fact]
    public Task Who_waits_too_long_in_the_queue_fails_and_those_behind_go_on() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromHours(2)), o => o.ReconcilePeriod = TimeSpan.FromDays(1));
        await host.TrainAsync();
        var impatient = await TrainAsync(host, new TrainingTimeouts { Queued = TimeSpan.FromHours(1) });
        var patient = await host.TrainAsync();

        var status = await host.FinishAsync(impatient);

        Assert.Equal((JobState.Failed, OutcomeCode.QueueTimedOut), (status.State, status.Outcome!.Code));
        Assert.Equal(TimeSpan.FromHours(1), status.FinishedAt - status.SubmittedAt);
        Assert.Equal("The training could not be started within 01:00:00, its limit for waiting in the queue.", status.Message);
        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(patient)).State);
    });

    private static Task<JobId> TrainAsync(TestHost host, TrainingTimeouts? timeouts) =>
        host.Client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "d", Timeouts = timeouts }, Cancel);
}
