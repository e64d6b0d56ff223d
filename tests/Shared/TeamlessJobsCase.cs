using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Runs;

namespace Orca.Training.Tests.Shared;

/// <summary>Job 1, and job 2 that ran, are ann's and from before there were teams: who sees them after the upgrade, kept and removed.</summary>
internal static class TeamlessJobsCase
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task CheckAsync(IJobStore store, IRunStore runs)
    {
        var byOwners = new Dictionary<string, JobOwners>
        {
            ["default"] = new(null, ["default"], WithoutTeam: true),
            ["ann"] = new("ann", [], WithoutTeam: false),
            ["others"] = new("bob", ["vision"], WithoutTeam: false),
        };

        async Task<string> SeenAsync(string whose)
        {
            var jobs = (await store.ReadPageAsync(new JobQuery { Owners = byOwners[whose], OldestFirst = true, Limit = 10 }, Cancel)).Select(r => $"job {r.Job.Id}");
            var found = (await runs.QueryAsync(new RunQuery { Owners = byOwners[whose] }, Cancel)).Select(r => $"run {r.Job}");
            return string.Join(", ", jobs.Concat(found));
        }

        Assert.Equal(("job 1, job 2, run 2", "job 1, job 2, run 2", ""), (await SeenAsync("default"), await SeenAsync("ann"), await SeenAsync("others")));
        var fence = (await store.AcquireLeaseAsync("a", TimeSpan.FromHours(1), Cancel))!.Value;
        await store.RemoveAsync([new JobId(2)], fence, Cancel);
        Assert.Equal(("job 1, run 2", "job 1, run 2", ""), (await SeenAsync("default"), await SeenAsync("ann"), await SeenAsync("others")));
    }
}
