using Orca.Training.Auditing;
using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>
/// Submits trainings and reports on them. The calls have the same results and errors in the host's process and over gRPC. Thread-safe;
/// use one instance for the whole application.
/// </summary>
/// <remarks>Each call throws <see cref="TrainingException"/> if the service refuses it or fails, and <see cref="OperationCanceledException"/> if it is cancelled.</remarks>
public interface ITrainingClient
{
    /// <summary>
    /// Submits a request. When the call returns, the job is stored. With an idempotency key, the call can be repeated safely and returns
    /// the same job.
    /// </summary>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.InvalidArgument"/>, naming each field that is wrong. <see cref="TrainingError.AlreadyExists"/>: the key belongs to a job that
    /// was submitted with another request.
    /// </exception>
    Task<JobId> TrainAsync(TrainingRequest request, CancellationToken cancellationToken = default);

    /// <summary>Submits several requests as a group, all or none. When the call returns, all jobs are stored.</summary>
    /// <param name="requests">At most <see cref="CallLimits.MaxBatch"/>. Give group and key once, as arguments of the call.</param>
    /// <param name="group">The name of the group; null to generate one.</param>
    /// <param name="idempotencyKey">Covers the whole call: repeated with it, the call returns the same jobs. Null for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The group and its jobs, in the order of the requests.</returns>
    /// <exception cref="TrainingException">As <see cref="TrainAsync"/>; fields are named as <c>requests[3].parameters[LR]</c>, the first hundred or so of many.</exception>
    Task<TrainingGroup> TrainAllAsync(
        IReadOnlyList<TrainingRequest> requests, string? group = null, string? idempotencyKey = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Submits a training for each point of a grid of parameters, as a group, all or none. When the call returns, all jobs are stored.
    /// </summary>
    /// <returns>The group and its jobs, in the order that <see cref="TrainingSweep"/> tells.</returns>
    /// <exception cref="TrainingException">As <see cref="TrainAsync"/>; fields of the grid are named as <c>grid[0].values[2]</c>.</exception>
    Task<TrainingGroup> TrainSweepAsync(TrainingSweep sweep, CancellationToken cancellationToken = default);

    /// <summary>The permanent results of jobs.</summary>
    IRunClient Runs { get; }

    /// <summary>Model versions: the models that trainings published under a name.</summary>
    IModelClient Models { get; }

    /// <summary>Datasets and their versions.</summary>
    IDatasetClient Datasets { get; }

    /// <summary>Pools: who may use which machines, and how much is in use.</summary>
    IPoolClient Pools { get; }

    /// <summary>
    /// Submits a training that repeats a run exactly: with the same dataset version, parameters, image (by its digest) and command, even
    /// if the algorithm has changed. With the same seed, a deterministic image produces the same model.
    /// </summary>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.NotFound"/>: there is no such run. <see cref="TrainingError.FailedPrecondition"/>: the image digest of the run was not recorded.
    /// </exception>
    Task<JobId> RerunAsync(JobId job, CancellationToken cancellationToken = default);

    /// <summary>Returns the current status of a job.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: the job does not exist, or no longer exists.</exception>
    Task<TrainingStatus> GetTrainingStatusAsync(JobId job, CancellationToken cancellationToken = default);

    /// <summary>
    /// Explains why a job has not started: its position, and the reasons with their figures. Other users and their trainings appear as numbers only.
    /// </summary>
    /// <remarks>
    /// The answer is this host's view of the queue. On a host that does not decide, reasons about what machines have may be missing.
    /// </remarks>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: the job does not exist, or no longer exists.</exception>
    Task<TrainingExplanation> ExplainAsync(JobId job, CancellationToken cancellationToken = default);

    /// <summary>
    /// Returns the current status of a job and each later one, up to the final state. A change of its place in the queue counts as a
    /// change.
    /// </summary>
    /// <param name="job">The job.</param>
    /// <param name="afterRevision">Continue after this <see cref="TrainingStatus.Revision"/>; 0 for the start.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.NotFound"/>: there is no such job. <see cref="TrainingError.Unavailable"/>: the service stops; watch again from the last revision.
    /// </exception>
    IAsyncEnumerable<TrainingStatus> WatchTrainingAsync(JobId job, long afterRevision = 0, CancellationToken cancellationToken = default);

    /// <summary>
    /// Continues a watch after a known status, for example after a broken connection. Like <see cref="WatchTrainingAsync"/>, but it fails
    /// if the service is now another installation, in which the same id means another job.
    /// </summary>
    /// <param name="lastSeen">The <see cref="TrainingStatus.Position"/> of the last status seen.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <exception cref="TrainingException">As <see cref="WatchTrainingAsync"/>; <see cref="TrainingError.NotFound"/> also if the service is another installation.</exception>
    IAsyncEnumerable<TrainingStatus> ResumeWatchAsync(WatchPosition lastSeen, CancellationToken cancellationToken = default);

    /// <summary>Returns the lines that a job printed: while it runs, after it has ended, and after its containers are removed.</summary>
    /// <param name="job">The job.</param>
    /// <param name="query">Which lines, and whether to wait for more; null for all current lines of the newest attempt.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>The lines in the order in which they were printed, attempt by attempt; none for a job that never ran.</returns>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.NotFound"/>: there is no such job, or the line to continue after belongs to another installation.
    /// <see cref="TrainingError.InvalidArgument"/>, naming each field of the query that is wrong. <see cref="TrainingError.Unavailable"/>: the service stops, or its log store cannot be read;
    /// continue after the last line.
    /// </exception>
    IAsyncEnumerable<LogLine> StreamLogsAsync(JobId job, LogQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Requests that a job is ended. When the call returns, the request is stored; the state follows. The call can be repeated.
    /// </summary>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.NotFound"/>: there is no such job. <see cref="TrainingError.FailedPrecondition"/>: it is already Succeeded or Failed.
    /// </exception>
    Task CancelTrainingAsync(JobId job, CancellationToken cancellationToken = default);

    /// <summary>
    /// Requests that all trainings of a group are ended that have not ended. When the call returns, the requests are stored; the states follow. The call can be
    /// repeated. A training that is submitted to the group meanwhile may go on.
    /// </summary>
    /// <param name="group">The group, as in <see cref="TrainingGroup.Name"/>.</param>
    /// <param name="cancellationToken">Ends the wait. What has been requested stays so.</param>
    /// <returns>The jobs that have been requested to end, oldest first; none if nothing of the group is under way, or if the caller sees nothing of it.</returns>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.InvalidArgument"/>: the group has no name. <see cref="TrainingError.PermissionDenied"/>: the caller may not cancel one of the trainings;
    /// those of earlier pages of the group stay cancelled.
    /// </exception>
    Task<IReadOnlyList<JobId>> CancelGroupAsync(string group, CancellationToken cancellationToken = default);

    /// <summary>
    /// Holds a queued job: it does not start until it is released. When the call returns, the request is stored, and no start follows.
    /// The call can be repeated.
    /// </summary>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.NotFound"/>: there is no such job. <see cref="TrainingError.FailedPrecondition"/>: it is not queued, or no longer.
    /// </exception>
    Task HoldTrainingAsync(JobId job, CancellationToken cancellationToken = default);

    /// <summary>Releases a held job. It has no effect on a queued job that is not held.</summary>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.NotFound"/>: there is no such job. <see cref="TrainingError.FailedPrecondition"/>: it is not queued, or no longer.
    /// </exception>
    Task ReleaseTrainingAsync(JobId job, CancellationToken cancellationToken = default);

    /// <summary>Returns the statuses of several jobs, as of one moment as far as the job store allows.</summary>
    /// <param name="jobs">At most <see cref="CallLimits.MaxStatuses"/>; an id that is given twice is answered twice.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>One for each id, in that order; null for a job that does not exist, or no longer exists.</returns>
    /// <exception cref="TrainingException"><see cref="TrainingError.InvalidArgument"/>: too many.</exception>
    Task<IReadOnlyList<TrainingStatus?>> GetTrainingStatusesAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken = default);

    /// <summary>Returns a page of the trainings that match a query, newest first by default.</summary>
    /// <remarks>
    /// A page continues after a job, not after a number of jobs, and conditions are checked when the page is read. No job appears twice, and
    /// a job that matches the whole time appears, whatever else is submitted, changed or removed meanwhile. A job that matches only for a
    /// time appears once or not at all. A job that is submitted after the first page is not in the list, or with
    /// <see cref="TrainingQuery.OldestFirst"/> at its end.
    /// </remarks>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.InvalidArgument"/>, naming each field that is wrong; <c>page_token</c> if it belongs to another list.
    /// </exception>
    Task<TrainingPage> ListTrainingsAsync(TrainingQuery query, CancellationToken cancellationToken = default);

    /// <summary>
    /// Returns the algorithms that requests can name, ordered by name, with their parameters, according to the current settings.
    /// </summary>
    Task<IReadOnlyList<AlgorithmInfo>> ListAlgorithmsAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Returns the changes that callers made, newest first, as long as they are kept. Changes by the application itself are not included.
    /// </summary>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.InvalidArgument"/>, naming each field that is wrong. <see cref="TrainingError.PermissionDenied"/>: the
    /// caller is not an operator. Operators of one team see the changes of objects of that team.
    /// </exception>
    Task<IReadOnlyList<AuditEvent>> ListAuditAsync(AuditQuery query, CancellationToken cancellationToken = default);
}
