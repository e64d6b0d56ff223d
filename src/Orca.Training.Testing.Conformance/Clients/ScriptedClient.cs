using System.Runtime.CompilerServices;
using System.Security.Claims;
using Orca.Training.Auditing;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>A client that does what a test says, and nothing else; for every user.</summary>
internal sealed class ScriptedClient : ITrainingClient, ITrainingClientFactory
{
    public Func<TrainingRequest, CancellationToken, Task<JobId>> Train { get; init; } = (_, _) => throw Unscripted();

    public Func<IReadOnlyList<TrainingRequest>, string?, string?, CancellationToken, Task<TrainingGroup>> TrainAll { get; init; } = (_, _, _, _) => throw Unscripted();

    public Func<TrainingSweep, CancellationToken, Task<TrainingGroup>> TrainSweep { get; init; } = (_, _) => throw Unscripted();

    public Func<JobId, CancellationToken, Task<TrainingStatus>> Status { get; init; } = (_, _) => throw Unscripted();

    public Func<JobId, CancellationToken, Task<TrainingExplanation>> Explain { get; init; } = (_, _) => throw Unscripted();

    public Func<IReadOnlyList<JobId>, CancellationToken, Task<IReadOnlyList<TrainingStatus?>>> Statuses { get; init; } = (_, _) => throw Unscripted();

    public Func<TrainingQuery, CancellationToken, Task<TrainingPage>> List { get; init; } = (_, _) => throw Unscripted();

    public Func<WatchPosition, CancellationToken, IAsyncEnumerable<TrainingStatus>> Watch { get; init; } = (_, _) => throw Unscripted();

    public Func<JobId, LogQuery, CancellationToken, IAsyncEnumerable<LogLine>> Logs { get; init; } = (_, _, _) => throw Unscripted();

    public Func<JobId, CancellationToken, Task> Cancel { get; init; } = (_, _) => throw Unscripted();

    public Func<string, CancellationToken, Task<IReadOnlyList<JobId>>> CancelGroup { get; init; } = (_, _) => throw Unscripted();

    public Func<JobId, CancellationToken, Task> Hold { get; init; } = (_, _) => throw Unscripted();

    public Func<JobId, CancellationToken, Task> Release { get; init; } = (_, _) => throw Unscripted();

    public Func<JobId, CancellationToken, Task<JobId>> Rerun { get; init; } = (_, _) => throw Unscripted();

    public Func<AuditQuery, CancellationToken, Task<IReadOnlyList<AuditEvent>>> Audit { get; init; } = (_, _) => throw Unscripted();

    public Func<CancellationToken, Task<IReadOnlyList<AlgorithmInfo>>> Algorithms { get; init; } = _ => throw Unscripted();

    public IRunClient Runs { get; init; } = null!;

    public IModelClient Models { get; init; } = null!;

    public IDatasetClient Datasets { get; init; } = null!;

    public IPoolClient Pools { get; init; } = null!;

    /// <summary>Does the same for each call.</summary>
    public static ScriptedClient Always(Func<CancellationToken, Task> act) => new()
    {
        Train = (_, token) => AfterAsync<JobId>(act, token),
        TrainAll = (_, _, _, token) => AfterAsync<TrainingGroup>(act, token),
        TrainSweep = (_, token) => AfterAsync<TrainingGroup>(act, token),
        Status = (_, token) => AfterAsync<TrainingStatus>(act, token),
        Explain = (_, token) => AfterAsync<TrainingExplanation>(act, token),
        Statuses = (_, token) => AfterAsync<IReadOnlyList<TrainingStatus?>>(act, token),
        List = (_, token) => AfterAsync<TrainingPage>(act, token),
        Watch = (_, token) => NothingAfterAsync<TrainingStatus>(act, token),
        Logs = (_, _, token) => NothingAfterAsync<LogLine>(act, token),
        Cancel = (_, token) => act(token),
        CancelGroup = (_, token) => AfterAsync<IReadOnlyList<JobId>>(act, token),
        Hold = (_, token) => act(token),
        Release = (_, token) => act(token),
        Rerun = (_, token) => AfterAsync<JobId>(act, token),
        Audit = (_, token) => AfterAsync<IReadOnlyList<AuditEvent>>(act, token),
        Algorithms = token => AfterAsync<IReadOnlyList<AlgorithmInfo>>(act, token),
        Runs = new ScriptedData(act),
        Models = new ScriptedData(act),
        Datasets = new ScriptedData(act),
        Pools = new ScriptedData(act),
    };

    public ITrainingClient For(ClaimsPrincipal caller, string? origin = null) => this;

    public Task<IReadOnlyList<AuditEvent>> ListAuditAsync(AuditQuery query, CancellationToken cancellationToken = default) => Audit(query, cancellationToken);

    public Task<IReadOnlyList<AlgorithmInfo>> ListAlgorithmsAsync(CancellationToken cancellationToken = default) => Algorithms(cancellationToken);

    public Task<JobId> TrainAsync(TrainingRequest request, CancellationToken cancellationToken = default) => Train(request, cancellationToken);

    public Task<TrainingGroup> TrainAllAsync(
        IReadOnlyList<TrainingRequest> requests, string? group = null, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        TrainAll(requests, group, idempotencyKey, cancellationToken);

    public Task<TrainingGroup> TrainSweepAsync(TrainingSweep sweep, CancellationToken cancellationToken = default) => TrainSweep(sweep, cancellationToken);

    public Task<TrainingStatus> GetTrainingStatusAsync(JobId job, CancellationToken cancellationToken = default) => Status(job, cancellationToken);

    public Task<TrainingExplanation> ExplainAsync(JobId job, CancellationToken cancellationToken = default) => Explain(job, cancellationToken);

    public Task<IReadOnlyList<TrainingStatus?>> GetTrainingStatusesAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken = default) => Statuses(jobs, cancellationToken);

    public Task<TrainingPage> ListTrainingsAsync(TrainingQuery query, CancellationToken cancellationToken = default) => List(query, cancellationToken);

    public IAsyncEnumerable<TrainingStatus> WatchTrainingAsync(JobId job, long afterRevision = 0, CancellationToken cancellationToken = default) =>
        Watch(new WatchPosition(job, null, afterRevision), cancellationToken);

    public IAsyncEnumerable<TrainingStatus> ResumeWatchAsync(WatchPosition lastSeen, CancellationToken cancellationToken = default) => Watch(lastSeen, cancellationToken);

    public IAsyncEnumerable<LogLine> StreamLogsAsync(JobId job, LogQuery? query = null, CancellationToken cancellationToken = default) =>
        Logs(job, query ?? new LogQuery(), cancellationToken);

    public Task CancelTrainingAsync(JobId job, CancellationToken cancellationToken = default) => Cancel(job, cancellationToken);

    public Task<IReadOnlyList<JobId>> CancelGroupAsync(string group, CancellationToken cancellationToken = default) => CancelGroup(group, cancellationToken);

    public Task HoldTrainingAsync(JobId job, CancellationToken cancellationToken = default) => Hold(job, cancellationToken);

    public Task ReleaseTrainingAsync(JobId job, CancellationToken cancellationToken = default) => Release(job, cancellationToken);

    public Task<JobId> RerunAsync(JobId job, CancellationToken cancellationToken = default) => Rerun(job, cancellationToken);

    private static async Task<T> AfterAsync<T>(Func<CancellationToken, Task> act, CancellationToken token)
    {
        await act(token);
        throw Unscripted();
    }

    private static async IAsyncEnumerable<T> NothingAfterAsync<T>(Func<CancellationToken, Task> act, [EnumeratorCancellation] CancellationToken token)
    {
        await act(token);
        yield break;
    }

    private static InvalidOperationException Unscripted() => new("The test did not say what to do here.");
}
