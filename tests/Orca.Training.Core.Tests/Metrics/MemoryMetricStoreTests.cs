using Orca.Training.Jobs;
using Orca.Training.Metrics;
using Orca.Training.Metrics.Memory;

namespace Orca.Training.Tests.Metrics;

/// <summary>What metrics in memory take is bounded, whatever trainings print.</summary>
public sealed class MemoryMetricStoreTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_a_job_with_very_many_points_the_older_ones_are_thinned_and_the_peaks_and_the_newest_stay()
    {
        var store = new MemoryMetricStore(mostPointsOfJob: 20_000);
        for (var from = 1; from <= 200_000; from += 1000)
        {
            await AppendAsync(store, 1, from, 1000, step => step == 1_500 ? 1e6 : step == 100_001 ? -1e6 : Math.Sin(step));
        }

        var points = await store.ReadAsync(new MetricName(new JobId(1), 1, 0, "x"), MetricRange.All(0), Cancel);
        var series = Assert.Single(await store.ListAsync(new JobId(1), Cancel));

        Assert.InRange(points.Count, 10_000, 20_000);
        Assert.Equal((200_000, 1e6, -1e6), (series.Count + series.LeftOut, series.Greatest, series.Least));
        Assert.Contains(points, p => p is { Step: 1_500, Value: 1e6 });
        Assert.Contains(points, p => p is { Step: 100_001, Value: -1e6 });
        Assert.Equal(points.OrderBy(p => p.Step), points);
        Assert.Equal(Enumerable.Range(195_001, 5_000).Select(i => (double)i), points.TakeLast(5_000).Select(p => p.Step));
    }

    [Fact]
    public async Task Where_all_jobs_together_have_too_many_points_those_of_the_job_that_came_first_go()
    {
        var store = new MemoryMetricStore(mostPoints: 2500);
        foreach (var job in new[] { 1, 2, 3 })
        {
            await AppendAsync(store, job, 1, 1000, step => step);
        }

        Assert.Empty(await store.ListAsync(new JobId(1), Cancel));
        Assert.Single(await store.ListAsync(new JobId(2), Cancel));
        Assert.Single(await store.ListAsync(new JobId(3), Cancel));
    }

    private static async Task AppendAsync(MemoryMetricStore store, long job, int from, int count, Func<int, double> value) => await store.AppendAsync(
        new AttemptName(new InstallationId("here"), new AttemptId(new JobId(job), 1)),
        0,
        [.. Enumerable.Range(from, count).Select(i => new MetricLine(new OutputPosition(i, 1), i, new Dictionary<string, double> { ["x"] = value(i) }))],
        new OutputPosition(from + count - 1, 1),
        Cancel);
}
