using Microsoft.Extensions.Logging.Abstractions;
using Orca.Training.Jobs;
using Orca.Training.Metrics;
using Orca.Training.Metrics.Memory;
using Orca.Training.Testing;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Metrics;

internal static class MetricSamples
{
    public static AttemptName Attempt { get; } = new(new InstallationId("here"), new AttemptId(new JobId(7), 2));

    /// <summary>Writers for who looks at something else.</summary>
    public static MetricWriters NoWriters(VirtualTime time) => Writers(time, new MemoryMetricStore());

    public static MetricWriters Writers(VirtualTime time, IMetricStore store, Microsoft.Extensions.Logging.ILogger? log = null) =>
        new(store, new TrackerWork(TaskScheduler.FromCurrentSynchronizationContext()), time, log ?? NullLogger.Instance, TestContext.Current.CancellationToken);
}

/// <summary>A store in memory that takes its time, or fails, before each append.</summary>
internal sealed class FaultyMetricStore(Func<int, Task> before, MemoryMetricStore? kept = null, Predicate<MetricLine>? refuses = null) : IMetricStore
{
    private readonly MemoryMetricStore _kept = kept ?? new();

    public int Appends { get; private set; }

    public bool IsShared => false;

    public async ValueTask<long> AppendAsync(AttemptName attempt, int rank, IReadOnlyList<MetricLine> lines, OutputPosition end, CancellationToken cancellationToken)
    {
        await before(++Appends).WaitAsync(cancellationToken);
        if (refuses is not null && lines.Any(l => refuses(l)))
        {
            throw new ArgumentException("no such value");
        }

        return await _kept.AppendAsync(attempt, rank, lines, end, cancellationToken);
    }

    public ValueTask<OutputPosition> GetEndAsync(AttemptName attempt, int rank, CancellationToken cancellationToken) => _kept.GetEndAsync(attempt, rank, cancellationToken);

    public ValueTask<IReadOnlyList<MetricSeries>> ListAsync(JobId job, CancellationToken cancellationToken) => _kept.ListAsync(job, cancellationToken);

    public ValueTask<IReadOnlyList<MetricPoint>> ReadAsync(MetricName series, MetricRange range, CancellationToken cancellationToken) =>
        _kept.ReadAsync(series, range, cancellationToken);

    public ValueTask RemoveAsync(JobId job, CancellationToken cancellationToken) => _kept.RemoveAsync(job, cancellationToken);
}
