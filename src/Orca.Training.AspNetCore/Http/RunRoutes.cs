using Orca.Training.AspNetCore.Downloads;
using Orca.Training.Client;
using Orca.Training.Metrics;

namespace Orca.Training.AspNetCore.Http;

/// <summary>What trainings left: runs, their metrics and their files.</summary>
internal static class RunRoutes
{
    private const int DefaultPoints = 1000;

    public static async Task GetAsync(HttpCall call)
    {
        var run = await call.Client.Runs.GetAsync(call.Job(), call.Aborted).ConfigureAwait(false);
        await call.AnswerAsync(json => Spelling.Run(json, run)).ConfigureAwait(false);
    }

    public static async Task QueryAsync(HttpCall call)
    {
        var runs = await call.Client.Runs.QueryAsync(RunsQuery.Of(call.Context.Request.Query), call.Aborted).ConfigureAwait(false);
        await call.AnswerListAsync("runs", runs, Spelling.Run).ConfigureAwait(false);
    }

    public static async Task ListArtifactsAsync(HttpCall call)
    {
        var files = await call.Client.Runs.ListArtifactsAsync(call.Job(), call.Aborted).ConfigureAwait(false);
        await call.AnswerListAsync("artifacts", files, Spelling.File).ConfigureAwait(false);
    }

    public static async Task ListMetricsAsync(HttpCall call)
    {
        var metrics = await call.Client.Runs.ListMetricsAsync(call.Job(), call.Aborted).ConfigureAwait(false);
        await call.AnswerListAsync("metrics", metrics, Spelling.Metric).ConfigureAwait(false);
    }

    /// <summary>Points of a metric. Without an attempt: those of the newest attempt that has it, of rank 0.</summary>
    public static async Task ReadMetricAsync(HttpCall call)
    {
        var query = new QueryReader(call.Context.Request.Query);
        var (attempt, rank) = (query.Number("attempt"), query.Number("rank") ?? 0);
        var range = new MetricRange(
            query.Real("from") ?? double.NegativeInfinity, query.Real("to") ?? double.PositiveInfinity, query.Number("max_points") ?? DefaultPoints);
        query.Check();
        var name = call.Part("metric");
        var job = call.Job();
        attempt ??= (await call.Client.Runs.ListMetricsAsync(job, call.Aborted).ConfigureAwait(false))
            .Where(m => m.Metric.Name == name && m.Metric.Rank == rank).Max(m => (int?)m.Metric.Attempt)
            ?? throw new TrainingException(TrainingError.NotFound, $"Job {job} has no metric '{name}' of rank {rank}.");
        var points = await call.Client.Runs.ReadMetricAsync(new MetricName(job, attempt.Value, rank, name), range, call.Aborted).ConfigureAwait(false);
        await call.AnswerListAsync("points", points, Spelling.Point, json => json.WriteNumber("attempt", attempt.Value)).ConfigureAwait(false);
    }
}
