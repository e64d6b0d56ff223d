using System.Security.Claims;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging.Testing;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Logs.Folders;
using Orca.Training.Ownership.Memory;
using Orca.Training.Testing;
using Orca.Training.Testing.Conformance.Datasets;

namespace Orca.Training.Tests.Client;

/// <summary>A submission that is repeated by its key, whatever has changed since the first one.</summary>
public sealed class RepeatedSubmissionTests
{
    private static readonly TrainingRequest Keyed = new() { Algorithm = "a", DatasetId = "d", IdempotencyKey = "k" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_newer_version_of_the_dataset_changes_nothing() => InTime(async world =>
    {
        var job = await world.Client.TrainAsync(Keyed, Cancel);
        world.Newest = "v2";

        Assert.Equal(job, await world.Client.TrainAsync(Keyed, Cancel));
        Assert.Equal("v1", (await world.Client.GetTrainingStatusAsync(job, Cancel)).Request.DatasetVersion);
    });

    [Fact]
    public Task Nor_does_a_dataset_an_algorithm_or_a_dependency_that_is_gone_or_a_limit_that_is_lower() => InTime(async world =>
    {
        var before = await world.Client.TrainAsync(Keyed with { IdempotencyKey = null }, Cancel);
        var request = Keyed with { DependsOn = [before], Name = "name" };
        var job = await world.Client.TrainAsync(request, Cancel);
        var batch = await world.Client.TrainAllAsync([request with { IdempotencyKey = null }], idempotencyKey: "b", cancellationToken: Cancel);
        world.Newest = null;
        world.Rules = new RequestValidator(new RequestLimits { NameLength = 1, KeyLength = 0, Dependencies = 0 }, [], 1);
        await world.FinishAndForgetAsync(before);

        Assert.Equal(job, await world.Client.TrainAsync(request, Cancel));
        Assert.Equal(batch.Jobs, (await world.Client.TrainAllAsync([request with { IdempotencyKey = null }], idempotencyKey: "b", cancellationToken: Cancel)).Jobs);
        await Assert.ThrowsAsync<TrainingException>(() => world.Client.TrainAsync(request with { IdempotencyKey = "new" }, Cancel));
    });

    [Fact]
    public Task A_key_that_was_taken_after_it_was_looked_up_is_the_same_job_or_is_refused() => InTime(async world =>
    {
        var job = await world.Client.TrainAsync(Keyed, Cancel);
        var batch = await world.Client.TrainAllAsync([Keyed with { IdempotencyKey = null }], idempotencyKey: "b", cancellationToken: Cancel);
        world.Store.FindsKeys = false;

        Assert.Equal(job, await world.Client.TrainAsync(Keyed, Cancel));
        Assert.Equal(batch.Jobs, (await world.Client.TrainAllAsync([Keyed with { IdempotencyKey = null }], idempotencyKey: "b", cancellationToken: Cancel)).Jobs);
        foreach (var other in new Func<Task>[]
        {
            () => world.Client.TrainAsync(Keyed with { Name = "n" }, Cancel),
            () => world.Client.TrainAllAsync([Keyed with { IdempotencyKey = null }], idempotencyKey: "k", cancellationToken: Cancel),
        })
        {
            Assert.Equal(TrainingError.AlreadyExists, (await Assert.ThrowsAsync<TrainingException>(other)).Error);
        }

        Assert.Equal(2, (await world.Store.ReadOpenJobsAsync(Cancel)).Jobs.Count);
    });

    [Fact]
    public Task Whose_answer_was_lost_after_the_commit_repeats_it_and_has_one_job() => InTime(async world =>
    {
        TrainingRequest[] requests = [Keyed with { IdempotencyKey = null }, Keyed with { IdempotencyKey = null }];
        world.Store.LosesAnswers = true;
        Assert.Equal(TrainingError.Unavailable, (await Assert.ThrowsAsync<TrainingException>(() => world.Client.TrainAsync(Keyed, Cancel))).Error);
        Assert.Equal(TrainingError.Unavailable, (await Assert.ThrowsAsync<TrainingException>(() => world.Client.TrainAllAsync(requests, null, "b", Cancel))).Error);
        var committed = (await world.Store.ReadOpenJobsAsync(Cancel)).Jobs.Select(j => j.Id).ToList();
        world.Store.LosesAnswers = false;

        var job = await world.Client.TrainAsync(Keyed, Cancel);
        var group = await world.Client.TrainAllAsync(requests, null, "b", Cancel);

        Assert.Equal(3, committed.Count);
        Assert.Equal(committed, [job, .. group.Jobs]);
        Assert.Equal(committed, (await world.Store.ReadOpenJobsAsync(Cancel)).Jobs.Select(j => j.Id));
    });

    [Fact]
    public Task Nothing_is_looked_up_for_a_request_without_a_key() => InTime(async world =>
    {
        await world.Client.TrainAsync(Keyed with { IdempotencyKey = null }, Cancel);
        await world.Client.TrainAsync(Keyed with { IdempotencyKey = "" }, Cancel);

        Assert.Equal(0, world.Store.LookedUp);
        Assert.All((await world.Store.ReadOpenJobsAsync(Cancel)).Jobs, j => Assert.Null(j.Fingerprint));
    });

    [Fact]
    public Task It_is_counted_once() => InTime(async world =>
    {
        using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        world.Metrics = new TrainingMetrics(meters.GetRequiredService<IMeterFactory>());
        using var submitted = new MetricCollector<long>(meters.GetRequiredService<IMeterFactory>(), TrainingMetrics.MeterName, "orca.training.submitted_jobs");

        await world.Client.TrainAsync(Keyed, Cancel);
        await world.Client.TrainAsync(Keyed, Cancel);
        world.Store.FindsKeys = false;
        await world.Client.TrainAsync(Keyed, Cancel);
        await world.Client.TrainAllAsync([Keyed with { IdempotencyKey = null }, Keyed with { IdempotencyKey = null }], idempotencyKey: "b", cancellationToken: Cancel);
        await world.Client.TrainAllAsync([Keyed with { IdempotencyKey = null }, Keyed with { IdempotencyKey = null }], idempotencyKey: "b", cancellationToken: Cancel);

        Assert.Equal([1, 1, 1], submitted.GetMeasurementSnapshot().Select(m => m.Value));
    });

    [Fact]
    public Task It_is_the_same_job_for_as_long_as_that_is_kept() => InTime(async world =>
    {
        var job = await world.Client.TrainAsync(Keyed, Cancel);
        await world.FinishAndForgetAsync(job);

        Assert.NotEqual(job, await world.Client.TrainAsync(Keyed, Cancel));
    });

    [Fact]
    public Task Of_a_batch_those_jobs_are_told_that_are_still_kept_and_nobody_elses() => InTime(async world =>
    {
        TrainingRequest[] requests = [Keyed with { IdempotencyKey = null }, Keyed with { IdempotencyKey = null }, Keyed with { IdempotencyKey = null }];
        var group = await world.Client.TrainAllAsync(requests, "g", "b", Cancel);
        await world.ClientOf("bob").TrainAllAsync(requests, "g", "b", Cancel);
        await world.Client.TrainAllAsync(requests, "g", "another", Cancel);
        await world.FinishAndForgetAsync(group.Jobs[1]);

        var again = await world.Client.TrainAllAsync(requests, "g", "b", Cancel);

        Assert.Equal([group.Jobs[0], group.Jobs[2]], again.Jobs);
    });

    [Fact]
    public Task The_versions_of_a_batch_are_looked_up_once_for_each_dataset() => InTime(async world =>
    {
        await world.Client.TrainAllAsync([.. Enumerable.Repeat(Keyed with { IdempotencyKey = null }, 20)], cancellationToken: Cancel);

        Assert.Equal(1, world.Resolved);
    });

    private static Task InTime(Func<World, Task> test) => VirtualTime.RunAsync(time => test(new World(time)));

    private sealed class World : DatasetsStandIn
    {
        private readonly VirtualTime _time;

        public World(VirtualTime time)
        {
            _time = time;
            Store = new CountingStore(new MemoryJobStore(new MemoryJobStoreOptions(), time));
        }

        public CountingStore Store { get; }

        public TrainingClient Client => new(Services);

        private ClientServices Services => new(Store, new FolderLogStore("not-used", _time), ClientSamples.Data(this, Store), () => Rules, _time, new FakeLogger<TrainingClient>())
        {
            Metrics = Metrics,
        };

        public ITrainingClient ClientOf(string user)
        {
            var options = new AccessOptions();
            return new TrainingClients(Services, new ConfiguredAccess(options), options, new MemoryNameOwners())
                .For(new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", user)], "test")));
        }

        public TrainingMetrics? Metrics { get; set; }

        public RequestValidator Rules { get; set; } = new(new RequestLimits(), ["a"], 1);

        public string? Newest { get; set; } = "v1";

        public int Resolved { get; private set; }

        public async Task FinishAndForgetAsync(JobId job)
        {
            var fence = (await Store.AcquireLeaseAsync("test", TimeSpan.FromDays(1), Cancel))!.Value;
            await Store.ApplyAsync([new JobCommand.FinishQueued(job, JobState.Failed, new Outcome(OutcomeCode.Unknown, "No."), _time.GetUtcNow())], fence, Cancel);
            await Store.RemoveAsync([job], fence, Cancel);
        }

        public override Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken)
        {
            Resolved++;
            return Task.FromResult(Newest is { } newest ? new DatasetVersion(datasetId, newest) : null);
        }
    }
}
