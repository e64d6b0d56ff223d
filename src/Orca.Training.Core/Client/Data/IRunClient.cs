using Orca.Training.Jobs;
using Orca.Training.Metrics;
using Orca.Training.Runs;

namespace Orca.Training.Client;

/// <summary>Reads the permanent results of jobs. It works in the same way in the host's process and over gRPC. Thread-safe.</summary>
/// <remarks>Each call throws <see cref="TrainingException"/> if the service refuses it or fails.</remarks>
public interface IRunClient
{
    /// <summary>Returns the run of a job, finished or not, also of a job that is no longer kept.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: the job does not exist and never did, or it never ran.</exception>
    Task<Run> GetAsync(JobId job, CancellationToken cancellationToken = default);

    /// <summary>Returns the runs that match a query, in its order: the best by a metric, or the newest.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.InvalidArgument"/>: a condition or the limit is not valid.</exception>
    Task<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken = default);

    /// <summary>Returns all files that a run published, also those that <see cref="Run.LeftOut"/> reports as left out of an answer.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: the run does not exist.</exception>
    Task<IReadOnlyList<Artifact>> ListArtifactsAsync(JobId job, CancellationToken cancellationToken = default);

    /// <summary>Returns the metrics of a run, by attempt, rank and name; none if it reported none.</summary>
    Task<IReadOnlyList<MetricSeries>> ListMetricsAsync(JobId job, CancellationToken cancellationToken = default);

    /// <summary>Returns the points of a metric, in the order in which they were printed; none if the metric does not exist.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="range">The steps, and the maximum number of points; peaks are kept.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TrainingException"><see cref="TrainingError.InvalidArgument"/>: fewer than 2 points.</exception>
    Task<IReadOnlyList<MetricPoint>> ReadMetricAsync(MetricName metric, MetricRange range, CancellationToken cancellationToken = default);

    /// <summary>Opens a published file. If it is read from its start to its end, it is checked: if it differs from what was published, the read throws.</summary>
    /// <param name="job">The job.</param>
    /// <param name="name">The file's path below the attempt's output.</param>
    /// <param name="offset">The number of bytes to skip; above 0, the file is not checked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: the run or the file does not exist, or was removed. <see cref="TrainingError.InvalidArgument"/>: the offset is outside of the file.</exception>
    Task<Stream> OpenArtifactAsync(JobId job, string name, long offset = 0, CancellationToken cancellationToken = default);
}
