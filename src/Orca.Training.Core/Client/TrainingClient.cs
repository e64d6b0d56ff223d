using System.Runtime.CompilerServices;
using Orca.Training.Auditing;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Client;

/// <summary>
/// The client within the host's own process: it writes intents to the store and reads from it, and knows nothing of the tracker. For a caller it is
/// the same client, on what of the stores is the caller's.
/// </summary>
internal sealed partial class TrainingClient : ITrainingClient
{
    // A queued job's place moves without a change of the job itself, so a watcher looks again now and then.
    private static readonly TimeSpan PositionPeriod = TimeSpan.FromSeconds(1);

    private readonly ClientServices _services;
    private readonly Caller? _caller;
    private readonly CallGuard _guard;
    private readonly IJobStore _jobs;
    private readonly DataStores _data;
    private readonly SubmissionFacts _facts;

    /// <param name="services">What it works on.</param>
    /// <param name="caller">Whom it acts for; null for the application itself.</param>
    public TrainingClient(ClientServices services, Caller? caller = null)
    {
        (_services, _caller) = (services, caller);
        _guard = caller?.Guard ?? new CallGuard(new ClientErrors(services.Logger));
        (_jobs, _data) = caller is null ? (services.PlacedJobs, services.Data) : Scoped(services, caller);
        _facts = new SubmissionFacts(_jobs, _data.Datasets, _data.Models, caller?.Names);
    }

    /// <summary>All jobs.</summary>
    internal IJobStore Store => _services.Jobs;

    public IRunClient Runs => field ??= new RunClient(_data, _guard);

    public IModelClient Models => field ??= new ModelClient(_data, _services.Jobs, _guard, _caller?.Names);

    public IDatasetClient Datasets => field ??= new DatasetClient(_data.Datasets, () => _services.Validator().Limits, _guard, _services.Logger, _caller?.Names);

    public IPoolClient Pools => field ??= new PoolClient(_services.Pools, _services.Jobs, _services.Queue, _guard, _caller?.Rights);

    public Task<IReadOnlyList<AlgorithmInfo>> ListAlgorithmsAsync(CancellationToken cancellationToken = default) =>
        _guard.AskAsync(Operations.ListAlgorithms, () => ValueTask.FromResult(_services.Algorithms()), cancellationToken);

    public Task<IReadOnlyList<AuditEvent>> ListAuditAsync(AuditQuery query, CancellationToken cancellationToken = default)
    {
        query = Intake.Query(query);
        return _guard.AskAsync<IReadOnlyList<AuditEvent>>(
            Operations.ListAudit,
            async () => _services.Audit is { } trail ? await trail.ReadAsync(query, _caller?.Rights.AuditedTeams, cancellationToken) : [],
            cancellationToken);
    }

    public Task<TrainingStatus> GetTrainingStatusAsync(JobId job, CancellationToken cancellationToken = default) =>
        _guard.AskAsync(Operations.GetStatus, (Client: this, Job: job), static (asked, token) => asked.Client.ReadStatusAsync(asked.Job, token), cancellationToken);

    public Task<TrainingExplanation> ExplainAsync(JobId job, CancellationToken cancellationToken = default) =>
        _guard.AskAsync(
            Operations.Explain,
            async () =>
            {
                var reading = await _jobs.ReadAsync(job, cancellationToken) ?? throw TrainingException.NotFound(job);
                return TrainingExplanation.Of(reading, await Unfinished.ReadAsync(_jobs, reading.Job, cancellationToken));
            },
            cancellationToken);

    public IAsyncEnumerable<TrainingStatus> WatchTrainingAsync(JobId job, long afterRevision = 0, CancellationToken cancellationToken = default) =>
        _guard.StreamAsync(Operations.Watch, WatchAsync(job, afterRevision, seenIn: null, cancellationToken), cancellationToken);

    public IAsyncEnumerable<TrainingStatus> ResumeWatchAsync(WatchPosition lastSeen, CancellationToken cancellationToken = default) =>
        _guard.StreamAsync(Operations.Resume, WatchAsync(lastSeen.Job, lastSeen.Revision, lastSeen.Installation, cancellationToken), cancellationToken);

    private async IAsyncEnumerable<TrainingStatus> WatchAsync(JobId job, long afterRevision, InstallationId? seenIn, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var installation = await _jobs.GetInstallationAsync(cancellationToken);
        if (seenIn is { } other && other != installation)
        {
            throw TrainingException.NotFound(job, other, installation);
        }

        int? told = null;
        while (true)
        {
            var reading = await _jobs.ReadAsync(job, cancellationToken) ?? throw TrainingException.NotFound(job);
            if (reading.Job.Revision <= afterRevision)
            {
                if (reading.Job.State.IsFinal())
                {
                    yield break;
                }

                if (reading.QueuePosition is { } place && place != told)
                {
                    told = place;
                    yield return TrainingStatus.Of(reading, installation, await Unfinished.ReadAsync(_jobs, reading.Job, cancellationToken));
                }

                await NextChangeAsync(reading.Job, afterRevision, cancellationToken);
                continue;
            }

            var changes = await _jobs.ReadJobChangesAsync(job, afterRevision, cancellationToken) ?? throw TrainingException.NotFound(job);
            foreach (var change in changes)
            {
                afterRevision = change.Revision;
                told = change.State is JobState.Queued ? reading.QueuePosition : null;
                yield return TrainingStatus.Of(new JobReading(change, told), installation, await Unfinished.ReadAsync(_jobs, change, cancellationToken));
            }
        }
    }

    public IAsyncEnumerable<LogLine> StreamLogsAsync(JobId job, LogQuery? query = null, CancellationToken cancellationToken = default) =>
        _guard.StreamAsync(Operations.StreamLogs, new LogStream(_jobs, _services.Logs).ReadAsync(job, query ?? new LogQuery(), cancellationToken), cancellationToken);

    private async ValueTask<TrainingStatus> ReadStatusAsync(JobId job, CancellationToken cancellationToken)
    {
        var installation = await _jobs.GetInstallationAsync(cancellationToken);
        var reading = await _jobs.ReadAsync(job, cancellationToken) ?? throw TrainingException.NotFound(job);
        return _services.Kept.Of(reading, installation, await Unfinished.ReadAsync(_jobs, reading.Job, cancellationToken));
    }

    private async Task NextChangeAsync(Job job, long afterRevision, CancellationToken cancellationToken)
    {
        if (job.State is not JobState.Queued)
        {
            await _jobs.ReadJobChangesAsync(job.Id, afterRevision, cancellationToken);
            return;
        }

        using var look = new CancellationTokenSource(PositionPeriod, _services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(look.Token, cancellationToken);
        try
        {
            await _jobs.ReadJobChangesAsync(job.Id, afterRevision, either.Token);
        }
        catch (OperationCanceledException) when (look.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Time to look at its place again.
        }
    }

    private static (IJobStore Jobs, DataStores Data) Scoped(ClientServices services, Caller caller)
    {
        var (all, names) = (services.Data, caller.Names);
        var runs = new ScopedRuns(all.Runs, caller.Rights);
        return (
            new ScopedJobs(services.PlacedJobs, caller.Rights),
            new DataStores(new ScopedDatasets(all.Datasets, names), all.Artifacts, runs, new ScopedModels(all.Models, names), new ScopedMetrics(all.Metrics, runs)));
    }
}
