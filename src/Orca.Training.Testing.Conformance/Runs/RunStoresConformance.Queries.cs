using CsCheck;
using Orca.Training.Jobs;
using Orca.Training.Runs;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Testing.Conformance.Runs;

/// <summary>Any query against what it says, over runs of jobs in every state, some of which are gone.</summary>
public abstract partial class RunStoresConformance
{
    private static readonly JobOwners?[] AllOwners =
    [
        null, null, null, new("ann", [], false), new("bob", ["t1"], false), new(null, ["t0", "t1", "t0"], false), new("ann", ["t0", "nobody's"], true), new(null, [], true), new(null, [], false),
    ];

    private static readonly Gen<RunQuery> AnyRunQuery = Gen.Select(
        Gen.Select(Perhaps("", "a0", "a1"), Perhaps("d0", "d1", "d2"), Perhaps("v0", "v1"), Perhaps("ann", "bob")),
        Gen.Select(Perhaps("g0", "g1"), Perhaps("m", "n"), Any(AllOwners)),
        Any(JobState.Launching, JobState.Running, JobState.Succeeded, JobState.Failed, JobState.Cancelled).Array[0, 2],
        Gen.Select(Any<string?>(null, "accuracy", "accuracy", "of nobody"), Gen.Bool, Any<long?>(null, 7, 18), Gen.Int[1, 40]),
        (what, whose, states, how) => new RunQuery
        {
            Algorithm = what.Item1,
            DatasetId = what.Item2,
            DatasetVersion = what.Item3,
            User = what.Item4,
            Group = whose.Item1,
            ModelName = whose.Item2,
            Owners = whose.Item3,
            States = states,
            OrderBy = how.Item1,
            SmallestFirst = how.Item2,
            Before = how.Item3 is { } before ? new JobId(before) : null,
            Limit = how.Item4,
        });

    [Fact]
    public async Task Any_query_finds_what_it_says_among_the_runs_of_jobs_that_are_kept_and_that_are_gone()
    {
        var stores = await NewAsync();
        var all = new List<Run>();
        for (var i = 0; i < 30; i++)
        {
            var job = await AnyJobAsync(stores, i);
            if (await stores.Runs.ReadAsync(job, Cancel) is { } run)
            {
                all.Add(run);
            }

            if (i % 4 == 1)
            {
                await stores.Jobs.RemoveAsync([job], _fence!.Value, Cancel);
            }
        }

        Assert.Equal(24, all.Count);
        await AnyRunQuery.SampleAsync(
            async query => Assert.Equal(Expected(all, query), (await stores.Runs.QueryAsync(query, Cancel)).Select(r => r.Job)),
            iter: 200,
            threads: 1);
    }

    [Fact]
    public async Task Runs_are_ordered_by_a_metric_whatever_its_name_is_made_of()
    {
        string[] metrics = ["a\"b", "loss\"x", "a.b", "a[0]", "a\\b", "a'b", "$", "#-1", "{a,b}", "*", "@metric", "%", "Verlust € 模型 🐋"];
        var stores = await NewAsync();
        var jobs = new List<JobId>();
        foreach (var sign in new[] { 1, -1 })
        {
            var job = await SubmitAsync(stores, JobSamples.Request());
            var progress = new TrainingProgress { Metrics = metrics.Select((name, i) => (name, Value: sign * (i % 2 == 0 ? 0.5 : -0.5))).ToDictionary(m => m.name, m => m.Value) };
            await DecideAsync(
                stores,
                new JobCommand.BeginAttempt(job, 1, "m1", JobSamples.At(1)),
                new JobCommand.BeginRunning(job, 1, ["c1"], JobSamples.At(2)),
                new JobCommand.Publish(job, 1, [], progress, JobSamples.At(3)));
            jobs.Add(job);
        }

        for (var i = 0; i < metrics.Length; i++)
        {
            var found = (await stores.Runs.QueryAsync(new RunQuery { OrderBy = metrics[i] }, Cancel)).Select(r => r.Job);
            Assert.Equal(i % 2 == 0 ? jobs : [jobs[1], jobs[0]], found);
            Assert.Empty(await stores.Runs.QueryAsync(new RunQuery { OrderBy = metrics[i] + "\"x" }, Cancel));
            Assert.Empty(await stores.Runs.QueryAsync(
                new RunQuery { Algorithm = metrics[i], DatasetId = metrics[i], DatasetVersion = metrics[i], User = metrics[i], Group = metrics[i], ModelName = metrics[i] }, Cancel));
        }
    }

    [Fact]
    public async Task A_record_of_a_time_when_texts_could_hold_a_NUL_spoils_no_query_and_can_be_removed()
    {
        var stores = await NewAsync();
        var good = await RunAsync(stores, "d", "a", 0.5, r => r with { OutputModelName = "m", DatasetVersion = "v" });
        var odd = await RunAsync(stores, "d", "a", 0.9, r => r with { OutputModelName = "m", DatasetVersion = "v", Name = "a\0b", Parameters = new Dictionary<string, string> { ["P"] = "\0" } });
        var query = new RunQuery { OrderBy = "accuracy", ModelName = "m", DatasetVersion = "v" };

        Assert.Equal([odd, good], (await stores.Runs.QueryAsync(query, Cancel)).Select(r => r.Job));
        await stores.Jobs.RemoveAsync([good, odd], _fence!.Value, Cancel);
        Assert.Equal([odd, good], (await stores.Runs.QueryAsync(query, Cancel)).Select(r => r.Job));
        Assert.Equal("a\0b", (await stores.Runs.ReadAsync(odd, Cancel))!.Request.Name);
    }

    [Fact]
    public async Task A_limit_that_is_none_is_refused()
    {
        var stores = await NewAsync();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await stores.Runs.QueryAsync(new RunQuery { Limit = 0 }, Cancel));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await stores.Runs.QueryAsync(new RunQuery { Limit = 1001 }, Cancel));
    }

    /// <summary>Mostly no condition: with all of them few runs would be left.</summary>
    private static Gen<string?> Perhaps(params string[] values) => Gen.Frequency((3, Any<string?>((string?)null)), (2, Any<string?>(values)));

    private static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>What a query says, without any store's ways.</summary>
    private static IEnumerable<JobId> Expected(List<Run> all, RunQuery query)
    {
        bool IsOr(string? wanted, string? found) => string.IsNullOrEmpty(wanted) || wanted == found;
        var found = all.Where(r =>
            (query.States.Count == 0 ? r.FinishedAt is not null : query.States.Contains(r.State))
            && IsOr(query.Algorithm, r.Request.Algorithm) && IsOr(query.DatasetId, r.Request.DatasetId) && IsOr(query.DatasetVersion, r.Request.DatasetVersion)
            && IsOr(query.User, r.User) && IsOr(query.Group, r.Request.Group) && IsOr(query.ModelName, r.Request.OutputModelName)
            && (query.Owners is not { } owners || (owners.User is not null && owners.User == r.User) || (r.Team is null ? owners.WithoutTeam : owners.Teams.Contains(r.Team))));
        var ordered = query.OrderBy is { } metric
            ? found.Where(r => r.Metrics.ContainsKey(metric)).OrderBy(r => query.SmallestFirst ? r.Metrics[metric] : -r.Metrics[metric]).ThenByDescending(r => r.Job)
            : found.Where(r => query.Before is not { } before || r.Job < before).OrderByDescending(r => r.Job);
        return ordered.Take(query.Limit).Select(r => r.Job);
    }

    /// <summary>A job that is like no other of thirty: in each five of them one never ran, one runs, one failed and two succeeded.</summary>
    private async Task<JobId> AnyJobAsync(RunStores stores, int i)
    {
        var request = JobSamples.Request($"d{i % 3}") with
        {
            Algorithm = $"a{i % 2}",
            DatasetVersion = $"v{i / 2 % 2}",
            Group = i % 7 < 3 ? null : $"g{i % 2}",
            OutputModelName = i % 4 == 0 ? "" : i % 4 == 1 ? "m" : "n",
        };
        var job = await SubmitAsync(stores, request, i % 3 == 0 ? "bob" : "ann", i % 4 == 3 ? null : $"t{i % 2}");
        if (i % 5 == 0)
        {
            await DecideAsync(stores, new JobCommand.FinishQueued(job, JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(9)));
            return job;
        }

        await DecideAsync(stores, new JobCommand.BeginAttempt(job, 1, "m1", JobSamples.At(1)), new JobCommand.BeginRunning(job, 1, ["c1"], JobSamples.At(2)));
        if (i % 5 == 1)
        {
            return job;
        }

        var progress = new TrainingProgress { Metrics = i % 6 == 4 ? [] : new Dictionary<string, double> { ["accuracy"] = i * 7 % 11 } };
        await DecideAsync(stores, i % 5 == 2
            ? new JobCommand.FinishAttempt(job, 1, JobState.Failed, JobSamples.OutOfRoom, progress, JobSamples.At(3))
            : new JobCommand.Publish(job, 1, JobSamples.Model, progress, JobSamples.At(3)));
        return job;
    }
}
