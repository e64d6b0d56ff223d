using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Testing;

namespace Orca.Training.Tests.Tracking;

/// <summary>Cancelling a job, and stopping a host whose store keeps nothing.</summary>
public sealed class EndingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_queued_job_is_cancelled_and_never_starts() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromMinutes(1)));
        var running = await host.TrainAsync();
        var waiting = await host.TrainAsync();
        await host.WaitAsync(running, s => s.State is JobState.Running);

        await host.Client.CancelTrainingAsync(waiting, Cancel);

        var status = await host.FinishAsync(waiting);
        Assert.Equal((JobState.Cancelled, 0), (status.State, status.Attempt));
        Assert.Equal("Cancelled on request.", status.Message);
        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(running)).State);
    });

    [Fact]
    public Task A_running_job_is_asked_to_stop_and_is_cancelled() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Hangs);
        var job = await host.TrainAsync();
        await host.WaitAsync(job, s => s.State is JobState.Running);

        await host.Client.CancelTrainingAsync(job, Cancel);

        var status = await host.FinishAsync(job);
        Assert.Equal(JobState.Cancelled, status.State);
        Assert.Equal(OutcomeCode.Cancelled, status.Outcome!.Code);
        Assert.Equal(143, status.Outcome.ExitCode);
        await host.WaitForNoContainersAsync();
    });

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public Task A_job_whose_container_somebody_stops_was_killed_and_publishes_nothing(int exitCode) => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Hangs.EndsOnStopWith(exitCode));
        var job = await host.TrainAsync();
        await host.WaitAsync(job, s => s.State is JobState.Running);
        var first = new AttemptName(await host.Store.GetInstallationAsync(Cancel), new AttemptId(job, 1));

        host.Runtime.StopByHand(first);

        var status = await host.FinishAsync(job);
        Assert.Equal((JobState.Failed, OutcomeCode.Killed, exitCode), (status.State, status.Outcome!.Code, status.Outcome.ExitCode));
        Assert.Empty(status.Artifacts);
    });

    [Fact]
    public Task A_running_job_that_does_not_stop_is_killed_after_the_grace() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Hangs.IgnoringStop());
        var job = await host.TrainAsync();
        await host.WaitAsync(job, s => s.State is JobState.Running);
        await host.Client.CancelTrainingAsync(job, Cancel);

        var status = await host.FinishAsync(job);

        Assert.Equal(137, status.Outcome!.ExitCode);
        Assert.Equal(TimeSpan.FromSeconds(10), status.FinishedAt - status.CancelRequestedAt);
    });

    [Fact]
    public Task A_launch_that_hangs_is_cancelled_at_once() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, r => r.DatasetId == "stuck" ? FakeTraining.HangsAtStart() : FakeTraining.Succeeds);
        var stuck = await host.TrainAsync("stuck");
        await host.WaitAsync(stuck, s => s.State is JobState.Launching);

        await host.Client.CancelTrainingAsync(stuck, Cancel);

        var status = await host.FinishAsync(stuck);
        Assert.Equal(JobState.Cancelled, status.State);
        Assert.True(status.FinishedAt - status.CancelRequestedAt < TimeSpan.FromSeconds(1));
        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(await host.TrainAsync())).State);
    });

    [Fact]
    public Task Cancelling_again_is_harmless_and_cancelling_what_succeeded_is_refused() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, r => r.DatasetId == "long" ? FakeTraining.Hangs : FakeTraining.Succeeds);
        var done = await host.TrainAsync();
        await host.FinishAsync(done);
        var cancelled = await host.TrainAsync("long");
        await host.Client.CancelTrainingAsync(cancelled, Cancel);
        await host.Client.CancelTrainingAsync(cancelled, Cancel);
        await host.FinishAsync(cancelled);
        await host.Client.CancelTrainingAsync(cancelled, Cancel);

        var refused = await Assert.ThrowsAsync<TrainingException>(() => host.Client.CancelTrainingAsync(done, Cancel));

        Assert.Equal(TrainingError.FailedPrecondition, refused.Error);
        Assert.Equal($"Job {done} cannot be cancelled: it is already Succeeded.", refused.Message);
    });

    [Fact]
    public Task A_clean_stop_ends_the_trainings_of_a_store_that_keeps_nothing() => VirtualTime.RunAsync(async time =>
    {
        var host = await TestHost.StartAsync(time, _ => FakeTraining.Hangs);
        var running = await host.TrainAsync();
        var queued = await host.TrainAsync();
        await host.WaitAsync(running, s => s.State is JobState.Running);

        await host.Host.StopAsync(Cancel);

        Assert.Equal(0, host.Runtime.ContainerCount);
        foreach (var job in new[] { running, queued })
        {
            var status = await host.Client.GetTrainingStatusAsync(job, Cancel);
            Assert.Equal(JobState.Cancelled, status.State);
            Assert.Equal("Cancelled because the service stopped, and its job store is in memory.", status.Message);
        }

        host.Host.Dispose();
    });

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public Task What_an_earlier_installation_left_is_removed_only_by_option(bool removes, int left) => VirtualTime.RunAsync(async time =>
    {
        var runtime = new FakeContainerRuntime(time);
        runtime.Script(_ => FakeTraining.Hangs);
        await runtime.StartAsync(
            new AttemptSpec
            {
                Name = new AttemptName(new InstallationId("earlier"), new AttemptId(new JobId(1), 1)),
                Application = "tests",
                Image = "image",
                Environment = new Dictionary<string, string>(),
            },
            new Progress<LaunchPhase>(),
            Cancel);

        await using var host = await TestHost.StartAsync(time, options: o => o.RemoveLeftovers = removes, runtime: runtime);
        await Task.Delay(TimeSpan.FromMinutes(1), time, Cancel);

        Assert.Equal(left, runtime.ContainerCount);
    });
}
