using Orca.Training.Jobs;
using Orca.Training.Metrics;
using Orca.Training.Runs;

namespace Orca.Training.Client;

/// <summary>A view of the metrics of the runs that a caller sees.</summary>
/// <param name="all">All metrics.</param>
/// <param name="seen">The runs that the caller sees.</param>
internal sealed class ScopedMetrics(IMetricStore all, IRunStore seen) : IMetricStore
{
    public bool IsShared => all.IsShared;

    public async ValueTask<IReadOnlyList<MetricSeries>> ListAsync(JobId job, CancellationToken cancellationToken) =>
        await seen.ReadAsync(job, cancellationToken) is null ? [] : await all.ListAsync(job, cancellationToken);

    public async ValueTask<IReadOnlyList<MetricPoint>> ReadAsync(MetricName series, MetricRange range, CancellationToken cancellationToken) =>
        await seen.ReadAsync(series.Job, cancellationToken) is null ? [] : await all.ReadAsync(series, range, cancellationToken);

    public ValueTask<long> AppendAsync(AttemptName attempt, int rank, IReadOnlyList<MetricLine> lines, OutputPosition end, CancellationToken cancellationToken) =>
        throw NotForCallers();

    public ValueTask<OutputPosition> GetEndAsync(AttemptName attempt, int rank, CancellationToken cancellationToken) => throw NotForCallers();

    public ValueTask RemoveAsync(JobId job, CancellationToken cancellationToken) => throw NotForCallers();

    private static InvalidOperationException NotForCallers() => new("Only the tracker may call this.");
}
