using Orca.Training.Jobs;
using Orca.Training.Metrics;
using Orca.Training.Runs;

namespace Orca.Training.Client;

/// <summary>Answers for what jobs produced, for good. The same in the host's process and over gRPC. Thread-safe.</summary>
/// <remarks>Every call throws <see cref="TrainingException"/> for what the service refuses or cannot do.</remarks>
public interface IRunClient
{
    /// <summary>A job's run, finished or not, also of a job that is no longer kept.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: there is no such job and never was, or it never ran.</exception>
    Task<Run> GetAsync(JobId job, CancellationToken cancellationToken = default);

    /// <summary>The runs that meet a query, in its order: the best by a metric, or the newest.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.InvalidArgument"/>: a condition is none, or the limit is not possible.</exception>
    Task<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken = default);

    /// <summary>The files that a run published: all of them, also where <see cref="Run.LeftOut"/> says that an answer has not.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: there is no such run.</exception>
    Task<IReadOnlyList<Artifact>> ListArtifactsAsync(JobId job, CancellationToken cancellationToken = default);

    /// <summary>The metrics of a run, by attempt, rank and name; none for a run that reported none.</summary>
    Task<IReadOnlyList<MetricSeries>> ListMetricsAsync(JobId job, CancellationToken cancellationToken = default);

    /// <summary>The points of a metric, in the order in which they were printed; none if there is no such metric.</summary>
    /// <param name="metric">Whose.</param>
    /// <param name="range">Which steps, and how many points at most: peaks stay.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TrainingException"><see cref="TrainingError.InvalidArgument"/>: fewer than 2 points.</exception>
    Task<IReadOnlyList<MetricPoint>> ReadMetricAsync(MetricName metric, MetricRange range, CancellationToken cancellationToken = default);

    /// <summary>Opens a file that a run published. Read from its start to its end it is checked: a stream that differs from what was published ends with an exception.</summary>
    /// <param name="job">The job.</param>
    /// <param name="name">The file's path below the attempt's output.</param>
    /// <param name="offset">How many bytes are left out at its beginning; then it is not checked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: there is no such run or file, or it was removed. <see cref="TrainingError.InvalidArgument"/>: the offset is not within it.</exception>
    Task<Stream> OpenArtifactAsync(JobId job, string name, long offset = 0, CancellationToken cancellationToken = default);
}
