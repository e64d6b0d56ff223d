using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Tests.Shared;

/// <summary>Conditions that few of many jobs meet, and conditions that many meet each and few together. What is counted is jobs that are looked at.</summary>
internal static class BroadQueryCase
{
    private const int Many = 3_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Each condition finds its job among many without looking at others, also beside conditions that all meet.</summary>
    public static async Task CheckRareAsync(IJobStore store)
    {
        var rare = await FillAsync(store);
        var labels = new Dictionary<string, string> { ["number"] = $"{Many / 2}" };
        var queries = new Dictionary<string, JobQuery>
        {
            ["label"] = new() { Labels = labels, Limit = 5 },
            ["name"] = new() { Name = "rare", Limit = 5 },
            ["group"] = new() { Group = "rare", Limit = 5 },
            ["dataset"] = new() { DatasetId = "rare", Limit = 5 },
            ["user"] = new() { User = "rare", Limit = 5 },
            ["owner"] = new() { Owners = new JobOwners("rare", [], WithoutTeam: false), Limit = 5 },
            ["team"] = new() { Owners = new JobOwners(null, ["no", "rare"], WithoutTeam: false), Limit = 5 },
            ["state"] = new() { States = [JobState.Launching, JobState.Running], Limit = 5 },
            ["final state"] = new() { States = [JobState.Succeeded], Limit = 5 },
            ["times"] = new() { SubmittedFrom = JobSamples.At(Many / 2), SubmittedBefore = JobSamples.At((Many / 2) + 1), Limit = 5 },
            ["all"] = new() { Labels = labels, Name = "rare", User = "rare", Owners = new JobOwners("rare", ["common"], WithoutTeam: true), States = [JobState.Launching], Limit = 5 },
        };
        foreach (var (what, query) in queries)
        {
            foreach (var oldestFirst in (bool[])[false, true])
            {
                var strict = query with { OldestFirst = oldestFirst, MaxPassedOver = 20 };
                var expected = what == "final state" ? "" : $"{rare}";
                Assert.Equal((what, expected), (what, await FoundAsync(store, strict)));
                Assert.Equal(($"{what} and common", expected), ($"{what} and common", await FoundAsync(store, strict with { Algorithm = "common" })));
            }
        }
    }

    /// <summary>What no index serves is refused where the query says so, names the conditions, and is found where it does not.</summary>
    public static async Task CheckBroadAsync(IJobStore store)
    {
        await FillAsync(store);
        var disjoint = new JobQuery { Labels = new Dictionary<string, string> { ["parity"] = "even" }, User = "odd", Limit = 5 };

        var refused = await Assert.ThrowsAsync<JobQueryTooBroadException>(() => FoundAsync(store, disjoint with { MaxPassedOver = 1_000 }));

        Assert.Equal(["labels[parity]", "user"], refused.Conditions);
        Assert.InRange(refused.PassedOver, 1_000, Many);
        Assert.StartsWith("No index finds the jobs that meet labels[parity] and user: ", refused.Message, StringComparison.Ordinal);
        Assert.Equal("", await FoundAsync(store, disjoint));
        Assert.Equal(5, (await FoundAsync(store, disjoint with { User = "even", MaxPassedOver = 1_000 })).Split(' ').Length);
    }

    private static async Task<string> FoundAsync(IJobStore store, JobQuery query) =>
        string.Join(' ', (await store.ReadPageAsync(query, Cancel)).Select(r => $"{r.Job.Id}"));

    /// <summary>Fills a store; the one in the middle is rare in each respect but its algorithm.</summary>
    private static async Task<JobId> FillAsync(IJobStore store)
    {
        var fence = (await store.AcquireLeaseAsync("a", TimeSpan.FromHours(1), Cancel))!.Value;
        var submits = Enumerable.Range(0, Many).Select(i => Submit(i, i == Many / 2)).ToList();
        var jobs = (await store.ApplyAsync(submits, null, Cancel)).Select(r => r.Job!.Id).ToList();
        await store.ApplyAsync([new JobCommand.BeginAttempt(jobs[Many / 2], 1, "m", JobSamples.At(Many))], fence, Cancel);
        return jobs[Many / 2];
    }

    private static JobCommand Submit(int i, bool isRare)
    {
        var word = isRare ? "rare" : "common";
        var parity = i % 2 == 0 ? "even" : "odd";
        var request = new TrainingRequest
        {
            Algorithm = "common",
            DatasetId = word,
            Name = word,
            Group = word,
            Labels = new Dictionary<string, string> { ["number"] = $"{i}", ["parity"] = parity },
        };
        return new JobCommand.Submit(request, isRare ? "rare" : parity, JobSamples.At(i)) { Team = word };
    }
}
