using Orca.Training.Auditing;
using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>
/// Submits trainings and answers for them: the same calls with the same results and errors in the host's process and over gRPC.
/// Thread-safe; one for the whole application.
/// </summary>
/// <remarks>Every call throws <see cref="TrainingException"/> for what the service refuses or cannot do, and <see cref="OperationCanceledException"/> when its token ends it.</remarks>
public interface ITrainingClient
{
    /// <summary>
    /// Submits a request. When it returns, the job is on record. With an idempotency key it can be repeated until it has an answer, and returns the same job
    /// then.
    /// </summary>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.InvalidArgument"/>, naming each field that is wrong. <see cref="TrainingError.AlreadyExists"/>: the key stands for a job that was
    /// submitted with another request.
    /// </exception>
    Task<JobId> TrainAsync(TrainingRequest request, CancellationToken cancellationToken = default);

    /// <summary>Submits several requests as a group, all or none. When it returns, all their jobs are on record.</summary>
    /// <param name="requests">At most <see cref="CallLimits.MaxBatch"/>. Group and key are given once, for all of them.</param>
    /// <param name="group">The name under which they are listed; null for one that is drawn.</param>
    /// <param name="idempotencyKey">Stands for all of them: repeated with it, the call returns the same jobs. Null for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The group and its jobs, in the order of the requests.</returns>
    /// <exception cref="TrainingException">As <see cref="TrainAsync"/>; fields are named as <c>requests[3].parameters[LR]</c>, the first hundred or so of many.</exception>
    Task<TrainingGroup> TrainAllAsync(
        IReadOnlyList<TrainingRequest> requests, string? group = null, string? idempotencyKey = null, CancellationToken cancellationToken = default);

    /// <summary>Submits a training for each point of a grid of parameters, as a group, all or none. When it returns, all their jobs are on record.</summary>
    /// <returns>The group and its jobs, in the order that <see cref="TrainingSweep"/> tells.</returns>
    /// <exception cref="TrainingException">As <see cref="TrainAsync"/>; fields of the grid are named as <c>grid[0].values[2]</c>.</exception>
    Task<TrainingGroup> TrainSweepAsync(TrainingSweep sweep, CancellationToken cancellationToken = default);

    /// <summary>What jobs produced, for good.</summary>
    IRunClient Runs { get; }

    /// <summary>Versions of models: what trainings published under a name.</summary>
    IModelClient Models { get; }

    /// <summary>Datasets and their versions.</summary>
    IDatasetClient Datasets { get; }

    /// <summary>
    /// Submits a training that repeats a run exactly: the same dataset version, parameters, image (by its digest) and command, whatever its algorithm
    /// is by now. With the same seed an image that is deterministic makes the same model.
    /// </summary>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.NotFound"/>: there is no such run. <see cref="TrainingError.FailedPrecondition"/>: what it executed is not on record.
    /// </exception>
    Task<JobId> RerunAsync(JobId job, CancellationToken cancellationToken = default);

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

    /// <summary>
    /// Goes on after a status that was seen, as after a connection broke or the service restarted: like <see cref="WatchTrainingAsync"/>, and it notices when the
    /// service now is another installation, in which the same id means another job.
    /// </summary>
    /// <param name="lastSeen">The <see cref="TrainingStatus.Position"/> of the last status seen.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <exception cref="TrainingException">As <see cref="WatchTrainingAsync"/>; <see cref="TrainingError.NotFound"/> also if the service is another installation.</exception>
    IAsyncEnumerable<TrainingStatus> ResumeWatchAsync(WatchPosition lastSeen, CancellationToken cancellationToken = default);

    /// <summary>What a job's trainings print, line by line, while they run, after they have ended, and after their containers are gone.</summary>
    /// <param name="job">The job.</param>
    /// <param name="query">Which lines, and whether to wait for more; null for all of the newest attempt that there are now.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>The lines of one attempt after the other, in the order in which they were printed; none for a job that never ran.</returns>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.NotFound"/>: there is no such job, or the line to go on after is of another installation.
    /// <see cref="TrainingError.InvalidArgument"/>, naming each field of the query that is wrong. <see cref="TrainingError.Unavailable"/>: the service goes away, or its log store cannot be read; go on
    /// after the last line seen.
    /// </exception>
    IAsyncEnumerable<LogLine> StreamLogsAsync(JobId job, LogQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>Asks for a job to be ended. When it returns the intent is on record; the state follows. Repeating it is harmless.</summary>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.NotFound"/>: there is no such job. <see cref="TrainingError.FailedPrecondition"/>: it is already Succeeded or Failed.
    /// </exception>
    Task CancelTrainingAsync(JobId job, CancellationToken cancellationToken = default);

    /// <summary>
    /// Asks for a queued job not to be started before it is released. When it returns the intent is on record, and no start follows; repeating it is
    /// harmless.
    /// </summary>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.NotFound"/>: there is no such job. <see cref="TrainingError.FailedPrecondition"/>: it is not queued (any more).
    /// </exception>
    Task HoldTrainingAsync(JobId job, CancellationToken cancellationToken = default);

    /// <summary>Lets a job that is held start when its turn comes; for one that is queued and not held it changes nothing.</summary>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.NotFound"/>: there is no such job. <see cref="TrainingError.FailedPrecondition"/>: it is not queued (any more).
    /// </exception>
    Task ReleaseTrainingAsync(JobId job, CancellationToken cancellationToken = default);

    /// <summary>Where several jobs stand, all at one moment as far as the job store can say.</summary>
    /// <param name="jobs">At most <see cref="CallLimits.MaxStatuses"/>; one that is named twice is answered twice.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>As many as were asked for, in that order; null for a job that there is not, or no longer.</returns>
    /// <exception cref="TrainingException"><see cref="TrainingError.InvalidArgument"/>: too many.</exception>
    Task<IReadOnlyList<TrainingStatus?>> GetTrainingStatusesAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken = default);

    /// <summary>A page of the trainings that meet a query, the newest first unless it says otherwise.</summary>
    /// <remarks>
    /// Pages go on after a job and not after a number of jobs, and conditions are asked of each job as it stands when its page is read. So
    /// over the pages of a list no job comes twice, and each job comes that meets the query all the while, whatever is submitted, changes
    /// state or is let go meanwhile. A job that meets the query for part of the time only comes once or not at all, and one that has been
    /// shown may have moved on. What is submitted after the first page is read is not in the list, or with
    /// <see cref="TrainingQuery.OldestFirst"/> at its end.
    /// </remarks>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.InvalidArgument"/>, naming each field that is wrong; <c>page_token</c>, where it is not of this list.
    /// </exception>
    Task<TrainingPage> ListTrainingsAsync(TrainingQuery query, CancellationToken cancellationToken = default);

    /// <summary>The algorithms that requests can name, by name, and the parameters that each takes, as the settings are now.</summary>
    Task<IReadOnlyList<AlgorithmInfo>> ListAlgorithmsAsync(CancellationToken cancellationToken = default);

    /// <summary>Who changed what, the newest first: what callers did, for as long as that is kept. The application's own changes are not among it.</summary>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.InvalidArgument"/>, naming each field that is wrong. <see cref="TrainingError.PermissionDenied"/>: the caller is no operator; one of
    /// a team reads what was done to what is the team's.
    /// </exception>
    Task<IReadOnlyList<AuditEvent>> ListAuditAsync(AuditQuery query, CancellationToken cancellationToken = default);
}
