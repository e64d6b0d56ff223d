using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Artifacts;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Testing;

namespace Orca.Training.Tests.Tracking;

/// <summary>What a host's stop and the next one's start mean to trainings, where the store outlives the host.</summary>
public sealed class RestartTests
{
    private const string NoMachine = "This host has no machine 'gone'";

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
    public Task What_a_training_announced_to_the_host_before_is_still_asked_for() => VirtualTime.RunAsync(async time =>
    {
        var (store, runtime) = NewInstallation(time, _ => FakeTraining.Succeeds
            .Prints("""{"orca":"artifact","name":"model.pt","size":5}""", TimeSpan.FromMinutes(1)).RunsFor(TimeSpan.FromHours(3)));
        JobId job;
        await using (var first = await StartAsync(time, store, runtime))
        {
            job = await first.TrainAsync();
            await Task.Delay(TimeSpan.FromHours(1), time, Cancel);
        }

        Assert.Equal([new AnnouncedArtifact("model.pt", 5)], (await store.ReadAsync(job, Cancel))!.Value.Job.Progress.Announced);
        var artifacts = new AnnouncedOnly();
        await using var second = await TestHost.StartAsync(time, build: b => ReplaceArtifacts(b.UseJobStore(_ => store), artifacts), runtime: runtime);
        var status = await second.FinishAsync(job);

        Assert.Equal(JobState.Succeeded, status.State);
        Assert.Equal([new AnnouncedArtifact("model.pt", 5)], artifacts.Announced);
        Assert.Null(status.Progress.Announced);
    });

    [Fact]
    public Task A_launch_on_a_machine_that_the_next_host_does_not_have_says_so_and_ends_with_its_limit() => VirtualTime.RunAsync(async time =>
    {
        var (store, runtime) = NewInstallation(time, _ => FakeTraining.Succeeds);
        var submitted = await store.ApplyAsync([new JobCommand.Submit(new TrainingRequest { Algorithm = "a", DatasetId = "d" }, "ann", time.GetUtcNow())], null, Cancel);
        var job = submitted[0].Job!.Id;
        var lease = await store.AcquireLeaseAsync("before", TimeSpan.FromMinutes(1), Cancel);
        await store.ApplyAsync([new JobCommand.BeginAttempt(job, 1, "gone", time.GetUtcNow())], lease, Cancel);
        await store.ReleaseLeaseAsync(lease!.Value, Cancel);

        await using var host = await StartAsync(time, store, runtime);
        await Task.Delay(TimeSpan.FromMinutes(1), time, Cancel);
        var waiting = await host.Client.GetTrainingStatusAsync(job, Cancel);
        var status = await host.FinishAsync(job);

        Assert.Equal((JobState.Launching, true), (waiting.State, waiting.Message.Contains(NoMachine, StringComparison.Ordinal)));
        Assert.Equal((OutcomeCode.LaunchFailed, true), (status.Outcome!.Code, status.Message.Contains(NoMachine, StringComparison.Ordinal)));
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

    private static OrcaTrainingBuilder ReplaceArtifacts(OrcaTrainingBuilder builder, IArtifactStore artifacts)
    {
        builder.Services.AddSingleton(artifacts);
        return builder;
    }

    private static (FaultyStore Store, FakeContainerRuntime Runtime) NewInstallation(VirtualTime time, Func<TrainingRequest, FakeTraining> script)
    {
        var runtime = new FakeContainerRuntime(time);
        runtime.Script(_ => script(new TrainingRequest { Algorithm = "a", DatasetId = "d" }));
        return (new FaultyStore(new MemoryJobStore(new MemoryJobStoreOptions(), time)) { IsDurable = true }, runtime);
    }

    private static Task<TestHost> StartAsync(VirtualTime time, FaultyStore store, FakeContainerRuntime runtime, Action<OrcaTrainingOptions>? options = null) =>
        TestHost.StartAsync(time, options: options, build: b => b.UseJobStore(_ => store), runtime: runtime);

    /// <summary>Notes what has to be left behind.</summary>
    private sealed class AnnouncedOnly : IArtifactStore
    {
        public IReadOnlyList<AnnouncedArtifact> Announced { get; private set; } = [];

        public bool IsShared => false;

        public bool IsOnHost => true;

        public Task<AttemptPlaces> PrepareAsync(AttemptName attempt, CancellationToken cancellationToken) =>
            Task.FromResult(new AttemptPlaces(new Uri("file:///fake/output"), new Uri("file:///fake/checkpoint")));

        public Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken)
        {
            Announced = announced;
            return Task.FromResult<IReadOnlyList<Artifact>>([]);
        }

        public Task<Stream> OpenAsync(Artifact artifact, long offset, CancellationToken cancellationToken) => throw new ArtifactException("There is none.");

        public Uri OutputOf(AttemptName attempt) => new("file:///fake/output");

        public Task RemoveAsync(InstallationId installation, JobId job, int? exceptAttempt, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
