using Orca.Training.Jobs;

namespace Orca.Training.Metrics;

/// <summary>
/// Keeps the metrics of each attempt by step, for good. Thread-safe. A projection of the containers' output: how far it was read is kept
/// together with what was read, in one commit, so that nothing is there twice or missing whoever reads on, and when.
/// </summary>
/// <remarks>
/// What a job may have is bounded, however much it reports: a store thins older points of its longest series, and keeps their peaks. How many are left out
/// is told with each series.
/// </remarks>
public interface IMetricStore
{
    /// <summary>Whether each host of the installation finds here what any of them put here.</summary>
    bool IsShared { get; }

    /// <summary>Adds what some lines say to an attempt's metrics, all or nothing. Lines not after the end of what is there are passed over.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="rank">The container's rank within it.</param>
    /// <param name="lines">In the order of their positions.</param>
    /// <param name="end">How far the output was read; not before the last line.</param>
    /// <param name="cancellationToken">Gives up; it may have been added, and can be added again.</param>
    /// <returns>How many points of the attempt's rank are left out by now; 0 while all are there.</returns>
    /// <exception cref="ArgumentException">The store can never take these lines. Others, it can.</exception>
    ValueTask<long> AppendAsync(AttemptName attempt, int rank, IReadOnlyList<MetricLine> lines, OutputPosition end, CancellationToken cancellationToken);

    /// <summary>How far the output was read: where to go on. The default one for nothing.</summary>
    ValueTask<OutputPosition> GetEndAsync(AttemptName attempt, int rank, CancellationToken cancellationToken);

    /// <summary>The metrics of a job, by attempt, rank and name.</summary>
    ValueTask<IReadOnlyList<MetricSeries>> ListAsync(JobId job, CancellationToken cancellationToken);

    /// <summary>The points of a series in the order in which they were printed.</summary>
    /// <param name="series">The series; its job, attempt, rank and name count.</param>
    /// <param name="range">Which part of it, and how many points at most: of more, those are left out that show least; the least and the greatest value of each stretch stay.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>None if there is no such series.</returns>
    ValueTask<IReadOnlyList<MetricPoint>> ReadAsync(MetricName series, MetricRange range, CancellationToken cancellationToken);

    /// <summary>Deletes all metrics of a job, for good. None is no error.</summary>
    ValueTask RemoveAsync(JobId job, CancellationToken cancellationToken);
}

/// <summary>Whose metric.</summary>
/// <param name="Job">The job.</param>
/// <param name="Attempt">The attempt's number.</param>
/// <param name="Rank">The container's rank within it.</param>
/// <param name="Name">The metric.</param>
public readonly record struct MetricName(JobId Job, int Attempt, int Rank, string Name);

/// <summary>A metric and what there is of it.</summary>
/// <param name="Metric">Whose metric.</param>
/// <param name="Count">How many points.</param>
/// <param name="Last">The last one.</param>
/// <param name="Least">The least value.</param>
/// <param name="Greatest">The greatest value.</param>
/// <param name="LeftOut">How many further points were printed that are not kept.</param>
public sealed record MetricSeries(MetricName Metric, long Count, MetricPoint Last, double Least, double Greatest, long LeftOut = 0);

/// <summary>A value of a metric.</summary>
/// <param name="Step">The step that its line names, else the number of the point in its series, from 0.</param>
/// <param name="Value">The value.</param>
/// <param name="Timestamp">When it was printed, by the runtime's clock: nanoseconds since 1970 (UTC).</param>
public readonly record struct MetricPoint(double Step, double Value, long Timestamp);

/// <summary>Which points of a series.</summary>
/// <param name="From">Steps from this one on.</param>
/// <param name="To">Steps up to this one.</param>
/// <param name="MaxPoints">How many at most, at least 2; 0 for all.</param>
public readonly record struct MetricRange(double From, double To, int MaxPoints)
{
    /// <summary>All of it, in so many points at most.</summary>
    public static MetricRange All(int maxPoints) => new(double.NegativeInfinity, double.PositiveInfinity, maxPoints);
}

/// <summary>What a line of output says of metrics.</summary>
/// <param name="Position">The line's position in the output.</param>
/// <param name="Step">The step that it names; null for none.</param>
/// <param name="Values">The values by name. The step may be among them, and is no value.</param>
public readonly record struct MetricLine(OutputPosition Position, double? Step, IReadOnlyDictionary<string, double> Values)
{
    /// <summary>The name by which a line tells its step.</summary>
    public const string StepName = "step";

    /// <summary>What a line says by its values, the step among them.</summary>
    internal static MetricLine Of(OutputPosition position, IReadOnlyDictionary<string, double> values) =>
        new(position, values.TryGetValue(StepName, out var step) ? step : null, values);
}
