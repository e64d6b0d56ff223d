using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Runs;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Testing.Conformance.Runs;

/// <summary>
/// The conformance suite of the stores of runs, models and metrics. Derive a class from it, and override the method that creates empty
/// stores with their job store.
/// </summary>
public abstract partial class RunStoresConformance : Suite
{
    private Fence? _fence;

    /// <summary>Creates empty stores. The job store is disposed after the case.</summary>
    protected abstract ValueTask<RunStores> CreateAsync();

    [Fact]
    public async Task A_run_says_what_was_asked_for_what_was_executed_and_what_came_of_it()
    {
        var stores = await NewAsync();
        var job = await RunAsync(stores, "d", "a", accuracy: 0.9);

        var run = await stores.Runs.ReadAsync(job, Cancel);

        Assert.NotNull(run);
        Assert.Equal((job, "a", "d", JobState.Succeeded), (run.Job, run.Request.Algorithm, run.Request.DatasetId, run.State));
        Assert.Equal(("img:1", "sha256:ab"), (run.Execution!.Image, run.Execution.Digest));
        Assert.Equal("0.1", run.Execution.Parameters["LR"]);
        Assert.Equal(0.9, run.Metrics["accuracy"]);
        Assert.Equal("model.bin", Assert.Single(run.Artifacts).Name);
        Assert.Equal([JobSamples.At(2), JobSamples.At(3)], [run.StartedAt!.Value, run.FinishedAt!.Value]);
    }

    [Fact]
    public async Task A_job_that_never_ran_and_one_that_there_is_not_have_no_run()
    {
        var stores = await NewAsync();
        var waiting = await SubmitAsync(stores, JobSamples.Request());

        Assert.Null(await stores.Runs.ReadAsync(waiting, Cancel));
        Assert.Null(await stores.Runs.ReadAsync(new JobId(999), Cancel));
        Assert.Empty(await stores.Runs.QueryAsync(new RunQuery { States = [JobState.Queued] }, Cancel));
    }

    [Fact]
    public async Task The_best_run_of_a_dataset_comes_first_and_runs_without_the_metric_do_not_come()
    {
        var stores = await NewAsync();
        var good = await RunAsync(stores, "d", "a", accuracy: 0.8);
        var best = await RunAsync(stores, "d", "b", accuracy: 0.95);
        await RunAsync(stores, "other", "a", accuracy: 0.99);
        await RunAsync(stores, "d", "a", accuracy: null);

        var byAccuracy = new RunQuery { DatasetId = "d", OrderBy = "accuracy" };

        Assert.Equal([best, good], (await stores.Runs.QueryAsync(byAccuracy, Cancel)).Select(r => r.Job));
        Assert.Equal([good, best], (await stores.Runs.QueryAsync(byAccuracy with { SmallestFirst = true }, Cancel)).Select(r => r.Job));
        Assert.Equal([best], (await stores.Runs.QueryAsync(byAccuracy with { Limit = 1 }, Cancel)).Select(r => r.Job));
        Assert.Empty(await stores.Runs.QueryAsync(byAccuracy with { OrderBy = "nothing \" or ' like it" }, Cancel));
    }

    [Fact]
    public async Task The_last_runs_of_an_algorithm_come_newest_first_in_pages()
    {
        var stores = await NewAsync();
        var runs = new List<JobId>();
        for (var i = 0; i < 7; i++)
        {
            runs.Add(await RunAsync(stores, "d", i == 3 ? "b" : "a", accuracy: i));
        }

        runs.RemoveAt(3);
        runs.Reverse();
        var query = new RunQuery { Algorithm = "a", Limit = 4 };

        var first = await stores.Runs.QueryAsync(query, Cancel);
        var second = await stores.Runs.QueryAsync(query with { Before = first[^1].Job }, Cancel);

        Assert.Equal(runs[..4], first.Select(r => r.Job));
        Assert.Equal(runs[4..], second.Select(r => r.Job));
    }

    [Fact]
    public async Task Conditions_hold_together()
    {
        var stores = await NewAsync();
        var wanted = await RunAsync(stores, "d", "a", 1, r => r with { Group = "g", OutputModelName = "m", DatasetVersion = "v1" });
        await RunAsync(stores, "d", "a", 1, r => r with { Group = "h", OutputModelName = "m", DatasetVersion = "v1" });
        await RunAsync(stores, "d", "a", 1, r => r with { Group = "g", OutputModelName = "n", DatasetVersion = "v1" });
        await RunAsync(stores, "d", "a", 1, r => r with { Group = "g", OutputModelName = "m", DatasetVersion = "v2" });

        var query = new RunQuery { User = "ann", DatasetId = "d", Group = "g", ModelName = "m", DatasetVersion = "v1" };

        Assert.Equal([wanted], (await stores.Runs.QueryAsync(query, Cancel)).Select(r => r.Job));
        Assert.Empty(await stores.Runs.QueryAsync(query with { User = "bob" }, Cancel));
        Assert.Empty(await stores.Runs.QueryAsync(query with { States = [JobState.Failed] }, Cancel));
    }

    [Fact]
    public async Task A_run_outlives_its_job_and_is_found_as_before()
    {
        var stores = await NewAsync();
        var removed = await RunAsync(stores, "d", "a", 0.9);
        var kept = await RunAsync(stores, "d", "a", 0.8);
        var cancelled = await SubmitAsync(stores, JobSamples.Request());
        await DecideAsync(stores, new JobCommand.FinishQueued(cancelled, JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(9)));

        await stores.Jobs.RemoveAsync([removed, cancelled], _fence!.Value, Cancel);

        Assert.Null(await stores.Jobs.ReadAsync(removed, Cancel));
        Assert.Null(await stores.Runs.ReadAsync(cancelled, Cancel));
        Assert.Equal([removed, kept], (await stores.Runs.QueryAsync(new RunQuery { DatasetId = "d", OrderBy = "accuracy" }, Cancel)).Select(r => r.Job));
        Assert.Equal([kept, removed], (await stores.Runs.QueryAsync(new RunQuery { DatasetId = "d" }, Cancel)).Select(r => r.Job));
        Assert.Equal([removed], (await stores.Runs.QueryAsync(new RunQuery { DatasetId = "d", Before = kept }, Cancel)).Select(r => r.Job));
        Assert.Single((await stores.Runs.ReadAsync(removed, Cancel))!.Artifacts);
    }

    [Fact]
    public async Task A_run_is_removed_after_its_time_unless_its_job_or_model_is_kept()
    {
        var stores = await NewAsync();
        var kept = await RunAsync(stores, "d", "a", 0.9);
        var model = await ModelAsync(stores, "m");
        var old = new List<JobId>();
        for (var i = 0; i < 3; i++)
        {
            old.Add(await RunAsync(stores, "d", "a", 0.8));
        }

        await stores.Jobs.RemoveAsync([model, .. old], _fence!.Value, Cancel);

        // All of them finished at the same time.
        Assert.Equal(0, await stores.Runs.RemoveAsync(JobSamples.At(3), 10, Cancel));
        Assert.Equal(2, await stores.Runs.RemoveAsync(JobSamples.At(4), 2, Cancel));
        Assert.Null(await stores.Runs.ReadAsync(old[0], Cancel));
        Assert.NotNull(await stores.Runs.ReadAsync(old[2], Cancel));
        Assert.Equal(1, await stores.Runs.RemoveAsync(JobSamples.At(4), 2, Cancel));
        Assert.Equal([model, kept], (await stores.Runs.QueryAsync(new RunQuery(), Cancel)).Select(r => r.Job));
        Assert.Equal(model, (await stores.Models.ResolveAsync("m", "", Cancel))!.Job);
        Assert.Equal(0, await stores.Runs.RemoveAsync(JobSamples.At(4), 2, Cancel));
    }

    private async ValueTask<RunStores> NewAsync()
    {
        var stores = await CreateAsync();
        Remember(stores.Jobs);
        return stores;
    }

    private async Task<JobId> SubmitAsync(RunStores stores, TrainingRequest request, string user = "ann", string? team = null)
    {
        var result = await stores.Jobs.ApplyAsync([new JobCommand.Submit(request, user, JobSamples.At(0)) { Team = team }], null, Cancel);
        return result[0].Job!.Id;
    }

    private async Task DecideAsync(RunStores stores, params JobCommand[] commands)
    {
        _fence ??= await stores.Jobs.AcquireLeaseAsync("test", TimeSpan.FromMinutes(10), Cancel);
        Assert.All(await stores.Jobs.ApplyAsync(commands, _fence, Cancel), r => Assert.Equal(Rejection.None, r.Rejection));
    }

    /// <summary>A job from its submission to its success.</summary>
    private async Task<JobId> RunAsync(
        RunStores stores, string dataset, string algorithm, double? accuracy, Func<TrainingRequest, TrainingRequest>? also = null, int? modelVersion = null,
        string? metric = null, double value = 0)
    {
        var request = JobSamples.Request(dataset) with { Algorithm = algorithm, Parameters = new Dictionary<string, string> { ["LR"] = "0.1" } };
        var job = await SubmitAsync(stores, also is null ? request : also(request));
        await DecideAsync(
            stores,
            new JobCommand.BeginAttempt(job, 1, "m1", JobSamples.At(1)),
            new JobCommand.BeginRunning(job, 1, ["c1"], JobSamples.At(2)) { Execution = new Execution("img:1", "sha256:ab", ["server"], request.Parameters) });
        await FinishAsync(stores, job, accuracy, modelVersion, metric, value);
        return job;
    }

    private Task FinishAsync(RunStores stores, JobId job, double? accuracy, int? modelVersion, string? metric = null, double value = 0)
    {
        var metrics = accuracy is { } known ? new Dictionary<string, double> { ["accuracy"] = known } : [];
        if (metric is not null)
        {
            metrics[metric] = value;
        }

        return DecideAsync(stores, new JobCommand.Publish(job, 1, JobSamples.Model, new TrainingProgress { Metrics = metrics }, JobSamples.At(3)) { ModelVersion = modelVersion });
    }
}
