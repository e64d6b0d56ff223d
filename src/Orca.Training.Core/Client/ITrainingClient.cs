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

    /// <summary>Asks for a job to be ended. When it returns the intent is on record; the state follows. Repeating it is harmless.</summary>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.NotFound"/>: there is no such job. <see cref="TrainingError.FailedPrecondition"/>: it is already Succeeded or Failed.
    /// </exception>
    Task CancelTrainingAsync(JobId job, CancellationToken cancellationToken = default);
}
