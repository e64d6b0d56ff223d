using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>
/// Submits trainings and answers for them: the same calls with the same results and errors in the host's process and over gRPC.
/// Thread-safe; one for the whole application.
/// </summary>
/// <remarks>Every call throws <see cref="TrainingException"/> for what the service refuses or cannot do, and <see cref="OperationCanceledException"/> when its token ends it.</remarks>
public interface ITrainingClient
{
    /// <summary>Submits a request. When it returns, the job is on record.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.InvalidArgument"/>, naming each field that is wrong.</exception>
    Task<JobId> TrainAsync(TrainingRequest request, CancellationToken cancellationToken = default);

    /// <summary>Where a job stands now.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: there is no such job, or no longer.</exception>
    Task<TrainingStatus> GetTrainingStatusAsync(JobId job, CancellationToken cancellationToken = default);

    /// <summary>Where a job stands now and after each change, up to its final state; also when its place in the queue moves.</summary>
    /// <param name="job">The job.</param>
    /// <param name="afterRevision">Go on after this <see cref="TrainingStatus.Revision"/>; 0 from the start.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.NotFound"/>: there is no such job. <see cref="TrainingError.Unavailable"/>: the service goes away; watch again from the last revision seen.
    /// </exception>
    IAsyncEnumerable<TrainingStatus> WatchTrainingAsync(JobId job, long afterRevision = 0, CancellationToken cancellationToken = default);

    /// <summary>What a job's trainings print, line by line, while they run, after they have ended, and after their containers are gone.</summary>
    /// <param name="job">The job.</param>
    /// <param name="query">Which lines, and whether to wait for more; null for all of the newest attempt that there are now.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>The lines of one attempt after the other, in the order in which they were printed; none for a job that never ran.</returns>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.NotFound"/>: there is no such job. <see cref="TrainingError.InvalidArgument"/>, naming each field of the
    /// query that is wrong. <see cref="TrainingError.Unavailable"/>: the service goes away, or its log store cannot be read; go on
    /// after the last line seen.
    /// </exception>
    IAsyncEnumerable<LogLine> StreamLogsAsync(JobId job, LogQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>Asks for a job to be ended. When it returns the intent is on record; the state follows. Repeating it is harmless.</summary>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.NotFound"/>: there is no such job. <see cref="TrainingError.FailedPrecondition"/>: it is already Succeeded or Failed.
    /// </exception>
    Task CancelTrainingAsync(JobId job, CancellationToken cancellationToken = default);
}
