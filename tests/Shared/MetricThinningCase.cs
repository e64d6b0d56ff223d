using Orca.Training.Jobs;
using Orca.Training.Metrics;

namespace Orca.Training.Tests.Shared;

/// <summary>A job's metrics beyond what a durable store keeps of them; a store that keeps few makes it a matter of seconds.</summary>
internal static class MetricThinningCase
{
    public const long MostPoints = 20_000;

    private const int All = 60_000;
    private const int Greatest = 1_500;
    private const int Least = 30_001;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task CheckAsync(IMetricStore store)
    {
        var attempt = new AttemptName(new InstallationId("here"), new AttemptId(new JobId(1), 1));
        for (var from = 1; from <= All; from += 2_000)
        {
            await store.AppendAsync(attempt, 0, [.. Enumerable.Range(from, 2_000).Select(Line)], new OutputPosition(from + 1_999, 1), Cancel);
        }

        var points = await store.ReadAsync(new MetricName(new JobId(1), 1, 0, "x"), MetricRange.All(0), Cancel);
        var series = Assert.Single(await store.ListAsync(new JobId(1), Cancel));

        Assert.InRange(points.Count, MostPoints / 2, MostPoints);
        Assert.Equal((points.Count, (long)All), (series.Count, series.Count + series.LeftOut));
        Assert.Contains(points, p => p is { Step: Greatest, Value: 1e6 });
        Assert.Contains(points, p => p is { Step: Least, Value: -1e6 });
        Assert.Equal(points.OrderBy(p => p.Step), points);
        Assert.Equal(Enumerable.Range(All - 999, 1_000).Select(i => (double)i), points.TakeLast(1_000).Select(p => p.Step));
    }

    private static MetricLine Line(int step) => new(
        new OutputPosition(step, 1), step, new Dictionary<string, double> { ["x"] = step == Greatest ? 1e6 : step == Least ? -1e6 : Math.Sin(step) });
}
