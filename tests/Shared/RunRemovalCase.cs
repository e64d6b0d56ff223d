using Orca.Training.Jobs;
using Orca.Training.Metrics;
using Orca.Training.Testing.Conformance.Jobs;
using Orca.Training.Testing.Conformance.Runs;

namespace Orca.Training.Tests.Shared;

/// <summary>A run that a durable store removes goes with its metrics, and no other's metrics go.</summary>
internal static class RunRemovalCase
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task CheckAsync(RunStores stores)
    {
        var fence = (await stores.Jobs.AcquireLeaseAsync("a", TimeSpan.FromHours(1), Cancel))!.Value;
        var jobs = new List<JobId>();
        for (var i = 0; i < 2; i++)
        {
            var job = (await stores.Jobs.ApplyAsync([JobSamples.Submit()], null, Cancel))[0].Job!.Id;
            await stores.Jobs.ApplyAsync(
                [
                    new JobCommand.BeginAttempt(job, 1, "m", JobSamples.At(1)),
                    new JobCommand.BeginRunning(job, 1, ["c"], JobSamples.At(2)),
                    new JobCommand.Publish(job, 1, [], JobSamples.HalfDone, JobSamples.At(3 + i)),
                ],
                fence,
                Cancel);
            var attempt = new AttemptName(new InstallationId("here"), new AttemptId(job, 1));
            await stores.Metrics.AppendAsync(attempt, 0, [new MetricLine(new OutputPosition(1, 1), 1, new Dictionary<string, double> { ["x"] = 1 })], new OutputPosition(1, 1), Cancel);
            jobs.Add(job);
        }

        await stores.Jobs.RemoveAsync(jobs, fence, Cancel);

        Assert.Equal(1, await stores.Runs.RemoveAsync(JobSamples.At(4), 10, Cancel));
        Assert.Empty(await stores.Metrics.ListAsync(jobs[0], Cancel));
        Assert.Empty(await stores.Metrics.ReadAsync(new MetricName(jobs[0], 1, 0, "x"), MetricRange.All(0), Cancel));
        Assert.Single(await stores.Metrics.ListAsync(jobs[1], Cancel));
        Assert.NotNull(await stores.Runs.ReadAsync(jobs[1], Cancel));
    }
}
