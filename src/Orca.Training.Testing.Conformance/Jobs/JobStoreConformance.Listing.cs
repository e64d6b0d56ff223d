using CsCheck;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Conformance.Jobs;

/// <summary>Pages of jobs by conditions, also while jobs move; and several jobs at once.</summary>
public abstract partial class JobStoreConformance
{
    private static readonly string?[] Users = [null, "ann", "bob"];
    private static readonly string[] Tags = ["", "red", "blue"];

    public static TheoryData<string, JobQuery, int[]> Conditions => new()
    {
        { "none", new JobQuery { Limit = 100 }, [5, 4, 3, 2, 1, 0] },
        { "a state", new JobQuery { States = [JobState.Queued], Limit = 100 }, [5, 4, 3] },
        { "states", new JobQuery { States = [JobState.Running, JobState.Failed, JobState.Launching], Limit = 100 }, [1, 0] },
        { "two final states", new JobQuery { States = [JobState.Cancelled, JobState.Failed], Limit = 100 }, [2, 1] },
        { "a state that there is not", new JobQuery { States = [(JobState)99], Limit = 100 }, [] },
        { "a user", new JobQuery { User = "ann", Limit = 100 }, [5, 1] },
        { "a user in another case", new JobQuery { User = "Ann", Limit = 100 }, [] },
        { "an algorithm", new JobQuery { Algorithm = "a1", Limit = 100 }, [5, 3, 1] },
        { "a dataset", new JobQuery { DatasetId = "d2", Limit = 100 }, [5, 2] },
        { "a name", new JobQuery { Name = "job 4", Limit = 100 }, [4] },
        { "a label", new JobQuery { Labels = One("tag", "red"), Limit = 100 }, [4, 1] },
        { "a label of another name", new JobQuery { Labels = One("Tag", "red"), Limit = 100 }, [] },
        { "two labels", new JobQuery { Labels = new Dictionary<string, string> { ["tag"] = "red", ["number"] = "4" }, Limit = 100 }, [4] },
        { "a label that is there and one that is not", new JobQuery { Labels = new Dictionary<string, string> { ["tag"] = "red", ["no"] = "" }, Limit = 100 }, [] },
        { "a first time", new JobQuery { SubmittedFrom = JobSamples.At(3), Limit = 100 }, [5, 4, 3] },
        { "a time to come before", new JobQuery { SubmittedBefore = JobSamples.At(3), Limit = 100 }, [2, 1, 0] },
        { "a time range", new JobQuery { SubmittedFrom = JobSamples.At(1), SubmittedBefore = JobSamples.At(2), Limit = 100 }, [1] },
        { "several", new JobQuery { User = "ann", Algorithm = "a1", States = [JobState.Queued], Labels = One("number", "5"), Limit = 100 }, [5] },
        { "several that no job meets at once", new JobQuery { User = "ann", States = [JobState.Running], Limit = 100 }, [] },
        { "a limit", new JobQuery { Limit = 2 }, [5, 4] },
        { "the other order", new JobQuery { User = "ann", OldestFirst = true, Limit = 100 }, [1, 5] },
    };

    [Theory]
    [MemberData(nameof(Conditions), DisableDiscoveryEnumeration = true)]
    public async Task A_page_shows_the_jobs_that_meet_all_conditions(string what, JobQuery query, int[] expected)
    {
        var store = await NewAsync();
        var fence = await DecideAsync(store);
        var jobs = await SubmitVariedAsync(store, 6);
        // 0 runs, 1 has failed, 2 is cancelled, the others wait.
        await store.ApplyAsync(
            [
                new JobCommand.BeginAttempt(jobs[0], 1, "m", JobSamples.At(9)),
                new JobCommand.BeginRunning(jobs[0], 1, ["c"], JobSamples.At(9)),
                new JobCommand.FinishQueued(jobs[1], JobState.Failed, JobSamples.OutOfRoom, JobSamples.At(9)),
                new JobCommand.FinishQueued(jobs[2], JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(9)),
            ],
            fence,
            Cancel);

        var page = await store.ReadPageAsync(query, Cancel);

        Assert.Equal((what, string.Join(' ', expected)), (what, string.Join(' ', page.Select(r => jobs.IndexOf(r.Job.Id)))));
        Assert.All(page, r => Assert.Equal(r.Job.State is JobState.Queued, r.QueuePosition is not null));
    }

    [Fact]
    public async Task A_job_on_a_page_is_read_as_it_is_by_itself()
    {
        var store = await NewAsync();
        var fence = await DecideAsync(store);
        var jobs = await SubmitVariedAsync(store, 3);
        await store.ApplyAsync([new JobCommand.BeginAttempt(jobs[0], 1, "m", JobSamples.At(9))], fence, Cancel);

        foreach (var reading in await store.ReadPageAsync(new JobQuery { Limit = 3 }, Cancel))
        {
            var alone = (await store.ReadAsync(reading.Job.Id, Cancel))!.Value;
            Assert.Equal(alone.Job.Text(), reading.Job.Text());
            Assert.Equal(alone.QueuePosition, reading.QueuePosition);
        }
    }

    [Fact]
    public async Task A_page_goes_on_after_a_job_whether_or_not_it_is_there()
    {
        var store = await NewAsync();
        var jobs = await SubmitVariedAsync(store, 3);

        Assert.Equal([jobs[0]], await AfterAsync(jobs[1], oldestFirst: false));
        Assert.Equal([jobs[2]], await AfterAsync(jobs[1], oldestFirst: true));
        Assert.Equal([jobs[2], jobs[1], jobs[0]], await AfterAsync(new JobId(long.MaxValue), oldestFirst: false));
        Assert.Equal([], await AfterAsync(new JobId(long.MaxValue), oldestFirst: true));
        Assert.Equal([], await AfterAsync(default, oldestFirst: false));
        Assert.Equal(jobs, await AfterAsync(new JobId(-5), oldestFirst: true));

        async Task<IEnumerable<JobId>> AfterAsync(JobId after, bool oldestFirst) =>
            (await store.ReadPageAsync(new JobQuery { After = after, OldestFirst = oldestFirst, Limit = 10 }, Cancel)).Select(r => r.Job.Id);
    }

    [Fact]
    public async Task A_page_of_few_jobs_among_many_is_full()
    {
        var store = await NewAsync();
        var fence = await DecideAsync(store);
        var jobs = await SubmitVariedAsync(store, 5000);
        JobId[] failed = [jobs[0], jobs[1], jobs[2500], jobs[4999]];
        await store.ApplyAsync([.. jobs.Select(j => new JobCommand.FinishQueued(j, failed.Contains(j) ? JobState.Failed : JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(1)))], fence, Cancel);

        var query = new JobQuery { States = [JobState.Failed], Limit = 3 };
        Assert.Equal([failed[3], failed[2], failed[1]], (await store.ReadPageAsync(query, Cancel)).Select(r => r.Job.Id));
        Assert.Equal([failed[0]], (await store.ReadPageAsync(query with { After = failed[1] }, Cancel)).Select(r => r.Job.Id));
        Assert.Equal([jobs[4999]], (await store.ReadPageAsync(query with { States = [], Labels = One("number", "4999") }, Cancel)).Select(r => r.Job.Id));
        // A name may not be indexed, and then all others are looked at; that has to come to an end.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        Assert.Equal([jobs[2]], (await store.ReadPageAsync(query with { States = [], Name = "job 2" }, patience.Token)).Select(r => r.Job.Id));
        Assert.Empty(await store.ReadPageAsync(query with { States = [], Name = "another" }, patience.Token));
    }

    [Fact]
    public async Task Several_jobs_are_read_in_the_order_asked()
    {
        var store = await NewAsync();
        var fence = await DecideAsync(store);
        var jobs = await SubmitVariedAsync(store, 3);
        await store.ApplyAsync([new JobCommand.BeginAttempt(jobs[0], 1, "m", JobSamples.At(9))], fence, Cancel);

        var readings = await store.ReadAsync([jobs[2], NoJob, jobs[0], jobs[2], default], Cancel);

        Assert.Equal([jobs[2], null, jobs[0], jobs[2], null], readings.Select(r => r?.Job.Id));
        Assert.Equal([2, null, null, 2, null], readings.Select(r => r?.QueuePosition));
        Assert.Equal((await ReadAsync(store, jobs[0])).Text(), readings[2]!.Value.Job.Text());
        Assert.Empty(await store.ReadAsync([], Cancel));
    }

    [Fact]
    public async Task Over_the_pages_of_a_query_no_job_comes_twice_and_none_is_missed_while_jobs_move() =>
        await Gen.Select(AnyQuery, Gen.Int[1, 12], Gen.Select(AnyCommand.Gen(jobs: 14).Array[0, 8], Gen.Int[0, 2]).Array[12]).SampleAsync(
            async (query, jobs, moves) =>
            {
                var store = await CreateAsync(_time);
                await PageThroughAsync(store, query, jobs, moves);
                await DisposeAsync(store);
            },
            iter: GeneratedSequences);

    private static Gen<JobQuery> AnyQuery => Gen.Select(
        OneOf(Enum.GetValues<JobState>()).Array[0, 3], OneOf(Users), OneOf("a0", "a1", null), OneOf(Tags), Gen.Int[-4, 12], Gen.Bool, Gen.Int[1, 4])
        .Select((states, user, algorithm, tag, from, oldestFirst, limit) => new JobQuery
        {
            States = states,
            User = user,
            Algorithm = algorithm,
            Labels = tag is { Length: > 0 } ? One("tag", tag) : new Dictionary<string, string>(),
            SubmittedFrom = from > 0 ? JobSamples.At(from) : null,
            SubmittedBefore = from > 0 ? JobSamples.At(from + 5) : null,
            OldestFirst = oldestFirst,
            Limit = limit,
        });

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>Reads all pages and changes jobs between them; knows at each moment which jobs meet the query.</summary>
    private async Task PageThroughAsync(IJobStore store, JobQuery query, int jobs, (AnyCommand[] Commands, int Submits)[] moves)
    {
        var fence = await DecideAsync(store);
        await SubmitVariedAsync(store, jobs);
        var all = await PageAsync(store);
        var always = Meeting(all);
        var shown = new List<Job>();
        for (var i = 0; ; i++)
        {
            var page = await store.ReadPageAsync(query with { After = shown.Count > 0 ? shown[^1].Id : null }, Cancel);
            shown.AddRange(page.Select(r => r.Job));
            if (page.Count < query.Limit)
            {
                break;
            }

            var (commands, submits) = i < moves.Length ? moves[i] : ([], 0);
            await store.ApplyAsync([.. commands.Select(c => c.At(JobSamples.At(20)))], fence, Cancel);
            await SubmitVariedAsync(store, submits);
            always.IntersectWith(Meeting(await PageAsync(store)));
        }

        Assert.All(shown, job => Assert.True(query.Matches(job), $"{job.Id} does not meet the query"));
        Assert.Equal(query.OldestFirst ? shown.Select(j => j.Id).Order() : shown.Select(j => j.Id).OrderDescending(), shown.Select(j => j.Id));
        Assert.Equal(shown.Count, shown.Select(j => j.Id).Distinct().Count());
        Assert.Subset(shown.Select(j => j.Id).ToHashSet(), always);

        HashSet<JobId> Meeting(IEnumerable<Job> at) => [.. at.Where(query.Matches).Select(j => j.Id)];
    }

    private async Task<List<JobId>> SubmitVariedAsync(IJobStore store, int count)
    {
        var submits = Enumerable.Range(0, count).Select(i => new JobCommand.Submit(
            new TrainingRequest
            {
                Algorithm = $"a{i % 2}",
                DatasetId = $"d{i % 3}",
                Name = $"job {i}",
                Labels = new Dictionary<string, string> { ["tag"] = Tags[i % 3], ["number"] = $"{i}" },
            },
            i % 2 == 1 ? Users[((i / 2) % 2) + 1] : null,
            JobSamples.At(i)));
        return [.. (await store.ApplyAsync([.. submits], null, Cancel)).Select(r => r.Job!.Id)];
    }

    private static Dictionary<string, string> One(string name, string value) => new() { [name] = value };
}
