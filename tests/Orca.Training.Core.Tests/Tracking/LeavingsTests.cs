using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Artifacts;
using Orca.Training.Jobs;
using Orca.Training.Testing;

namespace Orca.Training.Tests.Tracking;

/// <summary>What becomes of a job by what its training left.</summary>
public sealed class LeavingsTests
{
    private static readonly Artifact Model = new("model", new Uri("file:///fake/output/model"), 0, "");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_training_that_leaves_nothing_gives_its_model_no_version() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await StartAsync(time, new Store { Collect = _ => Task.FromResult<IReadOnlyList<Artifact>>([]) });

        var named = await host.FinishAsync(await host.Client.TrainAsync(Request with { OutputModelName = "m" }, Cancel));
        var unnamed = await host.FinishAsync(await host.Client.TrainAsync(Request, Cancel));

        Assert.Equal((JobState.Failed, OutcomeCode.ArtifactMissing, null), (named.State, named.Outcome?.Code, named.ModelVersion));
        Assert.Equal("The training completed, but left no file, so there is nothing to publish as the model 'm': write it to ORCA_OUTPUT_PATH.", named.Outcome!.Message);
        Assert.Equal(JobState.Succeeded, unnamed.State);
    });

    [Fact]
    public Task A_success_says_what_is_not_published() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await StartAsync(time, new Store { LeftOut = ["'latest' is a symbolic link that leads to a folder"] });

        var status = await host.FinishAsync(await host.Client.TrainAsync(Request, Cancel));

        Assert.Equal("The training completed. Not published: 'latest' is a symbolic link that leads to a folder.", status.Outcome?.Message);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_job_says_no_path_of_the_host_where_a_store_does(bool isCollecting) => VirtualTime.RunAsync(async time =>
    {
        const string Words = "Could not find a part of the path '/srv/my data/runs/7'.";
        var store = new Store
        {
            Prepare = isCollecting ? null : new IOException(Words),
            Collect = _ => Task.FromException<IReadOnlyList<Artifact>>(new IOException(Words)),
        };
        await using var host = await StartAsync(time, store);
        var job = await host.Client.TrainAsync(Request, Cancel);

        var read = new List<string>();
        await foreach (var status in host.Client.WatchTrainingAsync(job, cancellationToken: Cancel))
        {
            read.AddRange([status.Message, status.Outcome?.Message ?? "", status.ToString()]);
        }

        Assert.Contains(read, text => text.Contains("Could not find a part of the path '…'.", StringComparison.Ordinal));
        Assert.DoesNotContain(read, text => text.Contains("/srv", StringComparison.Ordinal));
    });

    [Fact]
    public Task A_cancel_is_heard_while_what_was_left_is_read() => VirtualTime.RunAsync(async time =>
    {
        var reading = new TaskCompletionSource();
        await using var host = await StartAsync(time, new Store { Collect = token => NeverAsync(reading, token) });
        var job = await host.Client.TrainAsync(Request, Cancel);
        await reading.Task;

        await host.Client.CancelTrainingAsync(job, cancellationToken: Cancel);

        Assert.Equal((JobState.Cancelled, OutcomeCode.Cancelled), await EndAsync(host, job));
    });

    [Fact]
    public Task What_takes_too_long_to_read_is_too_large_and_not_tried_again() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await StartAsync(time, new Store { Collect = token => NeverAsync(new TaskCompletionSource(), token) });
        var job = await host.Client.TrainAsync(Request with { Retries = new RetryPolicy { MaxRetries = 3 } }, Cancel);

        Assert.Equal((JobState.Failed, OutcomeCode.ArtifactTooLarge), await EndAsync(host, job));
        Assert.Single((await host.Client.GetTrainingStatusAsync(job, Cancel)).Attempts);
    });

    [Fact]
    public Task A_checkpoint_that_exceeds_the_limits_is_not_handed_on() => VirtualTime.RunAsync(async time =>
    {
        var store = new Store { Checkpoint = new ArtifactException("too much") { Code = OutcomeCode.ArtifactTooLarge } };
        await using var host = await StartAsync(time, store, _ => FakeTraining.Succeeds.ExitsWith(1));
        var job = await host.Client.TrainAsync(Request with { Retries = new RetryPolicy { MaxRetries = 3 } }, Cancel);

        var status = await host.FinishAsync(job);

        Assert.Equal((2, OutcomeCode.ArtifactTooLarge), (status.Attempts.Count, status.Outcome?.Code));
        Assert.Equal("The checkpoint of the previous attempt cannot be passed on: too much", status.Outcome?.Message);
    });

    private static TrainingRequest Request => new() { Algorithm = "a", DatasetId = "d" };

    private static Task<TestHost> StartAsync(VirtualTime time, Store store, Func<TrainingRequest, FakeTraining>? script = null) =>
        TestHost.StartAsync(time, script, build: b => b.Services.AddSingleton<IArtifactStore>(store));

    private static async Task<(JobState State, OutcomeCode? Code)> EndAsync(TestHost host, JobId job)
    {
        var status = await host.FinishAsync(job);
        return (status.State, status.Outcome?.Code);
    }

    private static async Task<IReadOnlyList<Artifact>> NeverAsync(TaskCompletionSource begun, CancellationToken cancellationToken)
    {
        begun.TrySetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        return [];
    }

    private sealed class Store : IArtifactStore
    {
        public Func<CancellationToken, Task<IReadOnlyList<Artifact>>> Collect { get; init; } = _ => Task.FromResult<IReadOnlyList<Artifact>>([Model]);

        public IReadOnlyList<string> LeftOut { get; init; } = [];

        public ArtifactException? Checkpoint { get; init; }

        public IOException? Prepare { get; init; }

        public bool IsShared => true;

        public bool IsOnHost => true;

        public Task<AttemptPlaces> PrepareAsync(AttemptName attempt, CancellationToken cancellationToken) =>
            Prepare is { } error ? Task.FromException<AttemptPlaces>(error) : Task.FromResult(new AttemptPlaces(new Uri("file:///fake/output"), new Uri("file:///fake/checkpoint")));

        public Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken) => Collect(cancellationToken);

        public Task<IReadOnlyList<string>> FindLeftOutAsync(AttemptName attempt, CancellationToken cancellationToken) => Task.FromResult(LeftOut);

        public Task CheckCheckpointAsync(AttemptName attempt, CancellationToken cancellationToken) => Checkpoint is { } error ? Task.FromException(error) : Task.CompletedTask;

        public Task<Stream> OpenAsync(Artifact artifact, long offset, CancellationToken cancellationToken) => throw new ArtifactException("There is none.");

        public Uri OutputOf(AttemptName attempt) => new("file:///fake/output");

        public Task RemoveAsync(InstallationId installation, JobId job, int? exceptAttempt, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
