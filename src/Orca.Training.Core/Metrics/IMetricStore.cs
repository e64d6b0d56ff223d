using Orca.Training.Jobs;

namespace Orca.Training.Metrics;

/// <summary>
/// Stores the metrics of each attempt by step, permanently. Thread-safe.
/// </summary>
/// <remarks>
/// Metrics are read from the output of the containers. The position in the output and the values are stored in one commit, so no value is missing
/// or stored twice, whichever host continues to read. The number of points of a job is limited: a store thins older points of the longest series
/// and keeps their peaks. Each series says how many points were dropped.
/// </remarks>
public interface IMetricStore
{
    /// <summary>Whether all hosts of the installation see the same content.</summary>
    bool IsShared { get; }

    /// <summary>Adds the metrics of some lines, all or nothing. Lines that are not after the stored position are ignored.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="rank">The container's rank within it.</param>
    /// <param name="lines">The lines, in order of their positions.</param>
    /// <param name="end">The position up to which the output was read; not before the last line.</param>
    /// <param name="cancellationToken">Cancels the call. The lines may be stored, and can be added again.</param>
    /// <returns>The number of points of this rank that were dropped so far.</returns>
    /// <exception cref="ArgumentException">The store can never accept these lines, but it can accept others.</exception>
    ValueTask<long> AppendAsync(AttemptName attempt, int rank, IReadOnlyList<MetricLine> lines, OutputPosition end, CancellationToken cancellationToken);

    /// <summary>Gets the position up to which the output was read; the default if nothing was read.</summary>
    ValueTask<OutputPosition> GetEndAsync(AttemptName attempt, int rank, CancellationToken cancellationToken);

    /// <summary>Lists the metrics of a job, ordered by attempt, rank and name.</summary>
    ValueTask<IReadOnlyList<MetricSeries>> ListAsync(JobId job, CancellationToken cancellationToken);

    /// <summary>Reads the points of a series, in the order in which they were printed.</summary>
    /// <param name="series">The series.</param>
    /// <param name="range">The range of steps and the maximum number of points. If there are more points, each section keeps its least and its greatest value.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The points; none if there is no such series.</returns>
    ValueTask<IReadOnlyList<MetricPoint>> ReadAsync(MetricName series, MetricRange range, CancellationToken cancellationToken);

    /// <summary>Deletes all metrics of a job permanently. If there are none, nothing happens.</summary>
    ValueTask RemoveAsync(JobId job, CancellationToken cancellationToken);
}

/// <summary>Identifies a metric.</summary>
/// <param name="Job">The job.</param>
/// <param name="Attempt">The attempt's number.</param>
/// <param name="Rank">The container's rank within it.</param>
/// <param name="Name">The metric.</param>
public readonly record struct MetricName(JobId Job, int Attempt, int Rank, string Name);

/// <summary>A summary of a metric.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Count">The number of stored points.</param>
/// <param name="Last">The last point.</param>
/// <param name="Least">The least value.</param>
/// <param name="Greatest">The greatest value.</param>
/// <param name="LeftOut">The number of points that were dropped.</param>
public sealed record MetricSeries(MetricName Metric, long Count, MetricPoint Last, double Least, double Greatest, long LeftOut = 0);

/// <summary>A value of a metric.</summary>
/// <param name="Step">The step in its line; if there is none, the number of the point in its series, from 0.</param>
/// <param name="Value">The value.</param>
/// <param name="Timestamp">When it was printed, by the clock of the runtime, in nanoseconds since 1970 (UTC).</param>
public readonly record struct MetricPoint(double Step, double Value, long Timestamp);

/// <summary>A range of a series.</summary>
/// <param name="From">The first step.</param>
/// <param name="To">The last step.</param>
/// <param name="MaxPoints">The maximum number of points, at least 2; 0 for all.</param>
public readonly record struct MetricRange(double From, double To, int MaxPoints)
{
    /// <summary>The whole series, in at most this number of points.</summary>
    public static MetricRange All(int maxPoints) => new(double.NegativeInfinity, double.PositiveInfinity, maxPoints);
}

/// <summary>The metrics in a line of output.</summary>
/// <param name="Position">The line's position in the output.</param>
/// <param name="Step">The step in the line; null for none.</param>
/// <param name="Values">The values by name. If the step is among them, it does not count as a value.</param>
public readonly record struct MetricLine(OutputPosition Position, double? Step, IReadOnlyDictionary<string, double> Values)
{
    /// <summary>The name of the step in a line.</summary>
    public const string StepName = "step";

    /// <summary>Creates a line from its values, which may include the step.</summary>
    internal static MetricLine Of(OutputPosition position, IReadOnlyDictionary<string, double> values) =>
        new(position, values.TryGetValue(StepName, out var step) ? step : null, values);
}
