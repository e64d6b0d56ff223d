using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Testing;

namespace Orca.Training.Tests.Tracking;

/// <summary>What a host's stop and the next one's start mean to trainings, where the store outlives the host.</summary>
public sealed class RestartTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_clean_stop_leaves_a_training_alone_and_the_next_host_takes_it_over() => VirtualTime.RunAsync(async time =>
    {
        var (store, runtime) = NewInstallation(time, _ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromHours(3)));
        JobId job;
        await using (var first = await StartAsync(time, store, runtime))
        {
            job = await first.TrainAsync();
            await first.WaitAsync(job, s => s.State is JobState.Running);
        }

        Assert.Equal(1, runtime.ContainerCount);
        await Task.Delay(TimeSpan.FromHours(1), time, Cancel);
        await using var second = await StartAsync(time, store, runtime);
        var status = await second.FinishAsync(job);

        Assert.Equal((JobState.Succeeded, 1), (status.State, status.Attempt));
        Assert.Equal(TimeSpan.FromHours(3), status.FinishedAt - status.StartedAt);
    });

    [Fact]
    public Task A_stop_that_puts_trainings_back_into_the_queue_ends_them_and_costs_no_retry() => VirtualTime.RunAsync(async time =>
    {
        var (store, runtime) = NewInstallation(time, _ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromHours(3)));
        JobId job, behind;
        await using (var first = await StartAsync(time, store, runtime, o => o.RequeueOnStop = true))
        {
            job = await first.TrainAsync();
            behind = await first.TrainAsync();
            await first.WaitAsync(job, s => s.State is JobState.Running);
        }

        Assert.Equal(0, runtime.ContainerCount);
        await using var second = await StartAsync(time, store, runtime);
        var status = await second.FinishAsync(job);

        Assert.Equal((JobState.Succeeded, 2), (status.State, status.Attempt));
        Assert.Equal(JobState.Succeeded, (await second.FinishAsync(behind)).State);
    });

    [Theory]
    [InlineData(143)]
    [InlineData(137)]
    public Task A_training_that_was_being_cancelled_when_its_host_went_is_cancelled(int exitCode) => VirtualTime.RunAsync(async time =>
    {
        var (store, runtime) = NewInstallation(time, _ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromHours(3)).ExitsWith(exitCode));
        JobId job;
        await using (var first = await StartAsync(time, store, runtime))
        {
            job = await first.TrainAsync();
            await first.WaitAsync(job, s => s.State is JobState.Running);
        }

        // The stop was asked for and carried out; what was to follow went with the host.
        await store.ApplyAsync([new JobCommand.RequestCancel(job, time.GetUtcNow())], null, Cancel);
        await Task.Delay(TimeSpan.FromHours(4), time, Cancel);
        await using var second = await StartAsync(time, store, runtime);
        var status = await second.FinishAsync(job);

        Assert.Equal((JobState.Cancelled, exitCode), (status.State, status.Outcome!.ExitCode));
    });

    [Fact]
    public Task What_a_job_waits_for_and_what_it_is_held_for_outlives_the_host() => VirtualTime.RunAsync(async time =>
    {
        var (store, runtime) = NewInstallation(time, _ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromHours(1)));
        JobId first, waiting, held;
        await using (var host = await StartAsync(time, store, runtime))
        {
            first = await host.TrainAsync();
            waiting = await host.Client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "d", DependsOn = [first] }, Cancel);
            held = await host.Client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "d", IsHeld = true }, Cancel);
            await host.FinishAsync(first);
        }

        await using var next = await StartAsync(time, store, runtime);

        Assert.Equal(JobState.Succeeded, (await next.FinishAsync(waiting)).State);
        Assert.Equal(0, (await next.Client.GetTrainingStatusAsync(held, Cancel)).Attempt);
    });

    private static (FaultyStore Store, FakeContainerRuntime Runtime) NewInstallation(VirtualTime time, Func<TrainingRequest, FakeTraining> script)
    {
        var runtime = new FakeContainerRuntime(time);
        runtime.Script(_ => script(new TrainingRequest { Algorithm = "a", DatasetId = "d" }));
        return (new FaultyStore(new MemoryJobStore(new MemoryJobStoreOptions(), time)) { IsDurable = true }, runtime);
    }

    private static Task<TestHost> StartAsync(VirtualTime time, FaultyStore store, FakeContainerRuntime runtime, Action<OrcaTrainingOptions>? options = null) =>
        TestHost.StartAsync(time, options: options, build: b => b.UseJobStore(_ => store), runtime: runtime);
}
