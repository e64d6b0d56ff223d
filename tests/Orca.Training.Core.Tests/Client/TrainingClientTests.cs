using Microsoft.Extensions.Logging.Testing;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Logs.Folders;
using Orca.Training.Testing;
using Orca.Training.Testing.Conformance.Datasets;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Tests.Client;

/// <summary>The in-process client on a store alone: no tracker decides here but the test.</summary>
public sealed class TrainingClientTests
{
    private static readonly TrainingRequest Good = new() { Algorithm = "a", DatasetId = "d" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task The_newest_version_is_pinned_when_the_job_is_submitted() => InTime(async world =>
    {
        var job = await world.Client.TrainAsync(Good, Cancel);
        world.Datasets.Newest = "v3";

        Assert.Equal("v2", (await world.Client.GetTrainingStatusAsync(job, Cancel)).Request.DatasetVersion);
        var older = await world.Client.TrainAsync(Good with { DatasetVersion = "v1" }, Cancel);
        Assert.Equal("v1", (await world.Client.GetTrainingStatusAsync(older, Cancel)).Request.DatasetVersion);
    });

    [Theory]
    [InlineData("other", "", "dataset_id", "There is no dataset 'other': add it first.")]
    [InlineData("other", "v1", "dataset_id", "There is no dataset 'other': add it first.")]
    [InlineData("d", "v9", "train_data_version_hash", "Dataset 'd' has no version 'v9': give one that was added, or none for the newest.")]
    [InlineData("refused", "", "dataset_id", "a dataset of another kind")]
    public Task A_dataset_that_is_not_there_is_refused_at_once(string dataset, string version, string field, string description) => InTime(async world =>
    {
        var refused = await Assert.ThrowsAsync<TrainingException>(
            () => world.Client.TrainAsync(Good with { DatasetId = dataset, DatasetVersion = version }, Cancel));

        Assert.Equal(TrainingError.InvalidArgument, refused.Error);
        Assert.Equal([new FieldViolation(field, description)], refused.Violations);
        Assert.Equal($"{field}: {description}", refused.Message);
        Assert.Empty((await world.Store.ReadOpenJobsAsync(Cancel)).Jobs);
    });

    [Theory]
    [InlineData("broken")]
    [InlineData("forbidden")]
    [InlineData("slow")]
    public Task A_dataset_store_that_cannot_be_read_is_a_matter_of_trying_later(string dataset) => InTime(async world =>
    {
        var refused = await Assert.ThrowsAsync<TrainingException>(() => world.Client.TrainAsync(Good with { DatasetId = dataset }, Cancel));

        Assert.Equal(TrainingError.Unavailable, refused.Error);
        Assert.Equal("The dataset store cannot be read now: no disk", refused.Message);
    });

    [Fact]
    public Task A_request_that_is_wrong_asks_no_store_and_names_every_field() => InTime(async world =>
    {
        var refused = await Assert.ThrowsAsync<TrainingException>(() => world.Client.TrainAsync(Good with { DatasetId = "", Workers = 0 }, Cancel));

        Assert.Equal(["dataset_id", "workers"], refused.Violations.Select(v => v.Field));
        Assert.Equal(0, world.Datasets.Calls);
    });

    [Fact]
    public Task Null_in_a_request_counts_as_left_out_as_it_does_on_the_wire() => InTime(async world =>
    {
        var nulls = Good with { DatasetVersion = null!, Name = null!, OutputModelName = null!, Parameters = null!, Labels = null! };

        var request = (await world.Client.GetTrainingStatusAsync(await world.Client.TrainAsync(nulls, Cancel), Cancel)).Request;

        Assert.Equal(("v2", "", ""), (request.DatasetVersion, request.Name, request.OutputModelName));
        Assert.Empty(request.Parameters);
        Assert.Empty(request.Labels);
    });

    [Fact]
    public Task What_the_caller_changes_after_the_submission_does_not_change_the_job() => InTime(async world =>
    {
        var parameters = new Dictionary<string, string> { ["LR"] = "0.1" };
        var labels = new Dictionary<string, string> { ["team"] = "x" };
        var job = await world.Client.TrainAsync(Good with { Parameters = parameters, Labels = labels }, Cancel);

        parameters["LR"] = "9";
        parameters["PATH"] = "/tmp";
        labels.Clear();

        var request = (await world.Client.GetTrainingStatusAsync(job, Cancel)).Request;
        Assert.Equal([KeyValuePair.Create("LR", "0.1")], request.Parameters);
        Assert.Equal([KeyValuePair.Create("team", "x")], request.Labels);
    });

    [Fact]
    public Task A_job_that_there_is_not_is_not_found_by_any_call() => InTime(async world =>
    {
        var client = world.Client;
        foreach (var call in new Func<Task>[]
        {
            () => client.GetTrainingStatusAsync(new JobId(7), Cancel),
            () => client.CancelTrainingAsync(new JobId(7), Cancel),
            () => client.WatchTrainingAsync(new JobId(7), cancellationToken: Cancel).GetAsyncEnumerator(Cancel).MoveNextAsync().AsTask(),
        })
        {
            var refused = await Assert.ThrowsAsync<TrainingException>(call);
            Assert.Equal(TrainingError.NotFound, refused.Error);
            Assert.Equal("There is no job 7. It was never submitted here, or its retention has expired.", refused.Message);
        }
    });

    [Fact]
    public Task A_watcher_goes_on_after_the_revision_it_saw_and_stops_at_the_end() => InTime(async world =>
    {
        var job = await world.Client.TrainAsync(Good, Cancel);
        await world.DecideAsync(new JobCommand.BeginAttempt(job, 1, "m", world.Now), new JobCommand.BeginRunning(job, 1, ["c"], world.Now));
        await world.DecideAsync(new JobCommand.Publish(job, 1, JobSamples.Model, JobSamples.HalfDone, world.Now));

        Assert.Equal([1, 2, 3, 4], await world.WatchAsync(job, 0));
        Assert.Equal([3, 4], await world.WatchAsync(job, 2));
        Assert.Equal([], await world.WatchAsync(job, 4));
        Assert.Equal([], await world.WatchAsync(job, 99));
    });

    [Fact]
    public Task A_watcher_whose_job_is_no_longer_kept_is_told_so() => InTime(async world =>
    {
        var job = await world.Client.TrainAsync(Good, Cancel);
        await using var watch = world.Client.WatchTrainingAsync(job, cancellationToken: Cancel).GetAsyncEnumerator(Cancel);
        await watch.MoveNextAsync();
        var next = watch.MoveNextAsync().AsTask();
        await world.DecideAsync(new JobCommand.FinishQueued(job, JobState.Cancelled, JobSamples.OutOfRoom, world.Now));

        var gone = await Assert.ThrowsAsync<TrainingException>(() => next);

        Assert.Equal(TrainingError.NotFound, gone.Error);
    }, keepFinished: 0);

    [Fact]
    public Task A_queued_watcher_is_told_each_time_its_place_moves_and_not_otherwise() => InTime(async world =>
    {
        var first = await world.Client.TrainAsync(Good, Cancel);
        var second = await world.Client.TrainAsync(Good, Cancel);
        var third = await world.Client.TrainAsync(Good, Cancel);
        await using var watch = world.Client.WatchTrainingAsync(third, cancellationToken: Cancel).GetAsyncEnumerator(Cancel);
        Assert.Equal((1L, 3, "Queued at position 3."), await NextAsync());

        var next = watch.MoveNextAsync().AsTask();
        await Task.Delay(TimeSpan.FromMinutes(10), world.Time, Cancel);
        Assert.False(next.IsCompleted, "its place did not move");
        await world.DecideAsync(new JobCommand.FinishQueued(first, JobState.Cancelled, JobSamples.OutOfRoom, world.Now));
        var before = world.Now;
        await next;
        Assert.Equal((1L, 2, "Queued at position 2."), Seen());
        Assert.InRange(world.Now - before, TimeSpan.Zero, TimeSpan.FromSeconds(1));

        await world.DecideAsync(new JobCommand.FinishQueued(second, JobState.Cancelled, JobSamples.OutOfRoom, world.Now));
        Assert.Equal((1L, 1, "Queued, next in line."), await NextAsync());
        await world.DecideAsync(new JobCommand.BeginAttempt(third, 1, "m", world.Now));
        Assert.Equal((2L, null, "Launching, preparing the data."), await NextAsync());

        async Task<(long, int?, string)> NextAsync()
        {
            Assert.True(await watch.MoveNextAsync());
            return Seen();
        }

        (long, int?, string) Seen() => (watch.Current.Revision, watch.Current.QueuePosition, watch.Current.Message);
    });

    [Fact]
    public Task A_watcher_asks_the_store_at_most_once_a_second_while_nothing_changes() => InTime(async world =>
    {
        var job = await world.Client.TrainAsync(Good, Cancel);
        await using var watch = world.Client.WatchTrainingAsync(job, cancellationToken: Cancel).GetAsyncEnumerator(Cancel);
        await watch.MoveNextAsync();
        var next = watch.MoveNextAsync().AsTask();
        var before = world.Store.Reads;

        await Task.Delay(TimeSpan.FromSeconds(60), world.Time, Cancel);
        Assert.InRange(world.Store.Reads - before, 30, 125);

        await world.DecideAsync(new JobCommand.BeginAttempt(job, 1, "m", world.Now));
        await next;
        next = watch.MoveNextAsync().AsTask();
        await Task.Delay(TimeSpan.FromSeconds(1), world.Time, Cancel);
        before = world.Store.Reads;
        await Task.Delay(TimeSpan.FromHours(1), world.Time, Cancel);
        Assert.Equal(before, world.Store.Reads);
        await world.DecideAsync(new JobCommand.BeginRunning(job, 1, ["c"], world.Now));
        Assert.True(await next);
    });

    [Fact]
    public Task A_watch_ends_with_its_token() => InTime(async world =>
    {
        var job = await world.Client.TrainAsync(Good, Cancel);
        using var giveUp = new CancellationTokenSource(TimeSpan.FromSeconds(30), world.Time);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in world.Client.WatchTrainingAsync(job, cancellationToken: giveUp.Token))
            {
            }
        });
    });

    [Fact]
    public Task A_list_that_no_index_serves_is_refused_with_its_conditions() => InTime(async world =>
    {
        world.Store.RefusesPages = new JobQueryTooBroadException(["user", "algorithm"], 20_000);

        var refused = await Assert.ThrowsAsync<TrainingException>(() => world.Client.ListTrainingsAsync(new TrainingQuery { User = "ann", Algorithm = "a" }, Cancel));

        const string why = "Very many trainings meet one of user, algorithm, and too few meet all: 20000 were looked at. Add a condition that few meet, such as a name, a group or a label.";
        Assert.Equal((TrainingError.InvalidArgument, $"user: {why} algorithm: {why}"), (refused.Error, refused.Message));
        Assert.Equal(["user", "algorithm"], refused.Violations.Select(v => v.Field));
    });

    private static Task InTime(Func<World, Task> test, int keepFinished = 100) => VirtualTime.RunAsync(time => test(new World(time, keepFinished)));

    private sealed class World
    {
        public World(VirtualTime time, int keepFinished)
        {
            Time = time;
            Store = new CountingStore(new MemoryJobStore(new MemoryJobStoreOptions { KeepFinished = keepFinished }, time));
            Client = new TrainingClient(new ClientServices(
                Store, new FolderLogStore("not-used", time), ClientSamples.Data(Datasets, Store), () => new RequestValidator(new RequestLimits(), ["a"], 1), time, Log));
        }

        public VirtualTime Time { get; }

        public DateTimeOffset Now => Time.GetUtcNow();

        public CountingStore Store { get; }

        public VersionedDatasets Datasets { get; } = new();

        public TrainingClient Client { get; }

        public FakeLogger<TrainingClient> Log { get; } = new();

        public async Task DecideAsync(params JobCommand[] commands)
        {
            var fence = await Store.AcquireLeaseAsync("test", TimeSpan.FromDays(1), Cancel);
            Assert.All(await Store.ApplyAsync(commands, fence, Cancel), r => Assert.True(r.Applied));
        }

        public async Task<List<long>> WatchAsync(JobId job, long after)
        {
            var seen = new List<long>();
            await foreach (var status in Client.WatchTrainingAsync(job, after, Cancel))
            {
                seen.Add(status.Revision);
            }

            return seen;
        }
    }

    private sealed class VersionedDatasets : DatasetsStandIn
    {
        public string Newest { get; set; } = "v2";

        public int Calls { get; private set; }

        public override Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken)
        {
            Calls++;
            return datasetId switch
            {
                "d" when version is "" or "v1" => Task.FromResult<DatasetVersion?>(new DatasetVersion(datasetId, version.Length > 0 ? version : Newest)),
                "refused" => throw new DatasetException("a dataset of another kind"),
                "broken" => throw new IOException("no disk"),
                "slow" => throw new TimeoutException("no disk"),
                "forbidden" => throw new UnauthorizedAccessException("no disk"),
                _ => Task.FromResult<DatasetVersion?>(null),
            };
        }
    }
}
