using CsCheck;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Conformance.Jobs;

/// <summary>Queries: whatever a store's own language makes of one, it agrees with <see cref="JobQuery.Matches"/>.</summary>
public abstract partial class JobStoreConformance
{
    private static readonly string[] Words = ["a", "b", "%", "A"];

    [Fact]
    public async Task Any_query_shows_what_it_says_page_by_page()
    {
        var store = await NewAsync();
        var all = await MixedAsync(store);

        await Queries(all).SampleAsync(
            async query =>
            {
                var found = new List<Job>();
                var next = query;
                while (true)
                {
                    var page = await store.ReadPageAsync(next, Cancel);
                    Assert.All(page, r => Assert.Equal(r.Job.State is JobState.Queued, r.QueuePosition is not null));
                    found.AddRange(page.Select(r => r.Job));
                    if (page.Count < query.Limit)
                    {
                        break;
                    }

                    next = query with { After = found[^1].Id };
                }

                var expected = all.Where(query.Matches).Where(j => query.After is not { } after || (query.OldestFirst ? j.Id > after : j.Id < after));
                Assert.Equal(
                    (query.OldestFirst ? expected.OrderBy(j => j.Id) : expected.OrderByDescending(j => j.Id)).Select(j => j.Text()),
                    found.Select(j => j.Text()));
            },
            iter: GeneratedSequences * 3,
            threads: 1);
    }

    private static Gen<JobQuery> Queries(IReadOnlyList<Job> jobs)
    {
        var any = Gen.Int[0, Words.Length - 1].Select(i => Words[i]);
        var word = Gen.Int[-4, Words.Length - 1].Select(i => i < 0 ? null : Words[i]);
        var minute = Gen.Int[-12, 12];
        var owners = Gen.Select(word, any.Array[0, 3], Gen.Bool, (user, teams, without) => new JobOwners(user, teams, without));
        var some = Gen.Int[-3 * jobs.Count, jobs.Count - 1];
        return Gen.Select(
            Gen.Select(Gen.Enum<JobState>().Array[0, 3], word, word, word, word),
            Gen.Select(Gen.Dictionary(any, any)[0, 1], minute, minute, Gen.Bool),
            Gen.Select(some, Gen.Int[1, 7]),
            Gen.Select(Gen.Bool, owners),
            (which, more, page, whose) => new JobQuery
            {
                States = which.Item1,
                User = which.Item2,
                Algorithm = which.Item3,
                DatasetId = which.Item4,
                Name = which.Item5,
                Owners = whose.Item1 ? whose.Item2 : null,
                Labels = more.Item1,
                SubmittedFrom = more.Item2 > 0 ? JobSamples.At(more.Item2) : null,
                SubmittedBefore = more.Item3 > 0 ? JobSamples.At(more.Item3) : null,
                OldestFirst = more.Item4,
                After = page.Item1 >= 0 ? jobs[page.Item1].Id : null,
                Limit = page.Item2,
            });
    }

    /// <summary>Jobs of every state, user, team, algorithm, dataset, name and label, submitted a minute apart, one minute out of order.</summary>
    private async Task<List<Job>> MixedAsync(IJobStore store)
    {
        var fence = await DecideAsync(store);
        var jobs = new List<JobId>();
        for (var i = 0; i < 24; i++)
        {
            var request = new TrainingRequest
            {
                Algorithm = Words[i % 4],
                DatasetId = Words[i / 2 % 4],
                Name = Words[i / 3 % 4],
                Labels = new Dictionary<string, string> { [Words[i % 3]] = Words[i % 4], [Words[(i + 1) % 3]] = "b" },
            };
            var submit = new JobCommand.Submit(request, i % 5 == 4 ? null : Words[i / 4 % 4], JobSamples.At(i / 2 == 5 ? 4 : i / 2)) { Team = i % 7 > 4 ? null : Words[i % 3] };
            jobs.Add((await store.ApplyAsync([submit], null, Cancel))[0].Job!.Id);
        }

        foreach (var (job, i) in jobs.Select((j, i) => (j, i)).Where(j => j.i % 6 != 0))
        {
            JobCommand.OnJob[] way =
            [
                new JobCommand.BeginAttempt(job, 1, "m", JobSamples.At(1)),
                new JobCommand.BeginRunning(job, 1, ["c"], JobSamples.At(2)),
                i % 6 == 3
                    ? new JobCommand.Publish(job, 1, [], JobSamples.HalfDone, JobSamples.At(3))
                    : new JobCommand.FinishAttempt(job, 1, i % 6 == 4 ? JobState.Failed : JobState.Cancelled, JobSamples.OutOfRoom, null, JobSamples.At(3)),
            ];
            await store.ApplyAsync(way[..Math.Min(i % 6, 3)], fence, Cancel);
        }

        return [.. await PageAsync(store)];
    }
}
