using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Orca.Training.Datasets;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Logs;

namespace Orca.Training.Client;

/// <summary>The client within the host's own process: it writes intents to the store and reads from it, and knows nothing of the tracker.</summary>
/// <param name="store">Where jobs are.</param>
/// <param name="datasets">Says which datasets there are.</param>
/// <param name="logs">Where what trainings print is.</param>
/// <param name="data">What trainings are made of and what they leave.</param>
/// <param name="validator">What checks requests, as the settings are now.</param>
/// <param name="time">When it is.</param>
/// <param name="logger">Told of what the service cannot help.</param>
/// <param name="metrics">Count submissions.</param>
/// <param name="user">Whose submissions these are; null for nobody's.</param>
/// <param name="kept">The statuses of this store's jobs that were given last; null for none yet.</param>
internal sealed partial class TrainingClient(
    IJobStore store,
    IDatasetStore datasets,
    ILogStore logs,
    DataStores data,
    Func<RequestValidator> validator,
    TimeProvider time,
    ILogger<TrainingClient> logger,
    TrainingMetrics? metrics = null,
    string? user = null,
    KeptStatuses? kept = null)
    : ITrainingClient, ITrainingClientFactory
{
    // A queued job's place moves without a change of the job itself, so a watcher looks again now and then.
    private static readonly TimeSpan PositionPeriod = TimeSpan.FromSeconds(1);

    private readonly ClientErrors _errors = new(logger);
    private readonly KeptStatuses _kept = kept ?? new();

    internal IJobStore Store => store;

    public IRunClient Runs => field ??= new RunClient(data, _errors);

    public IModelClient Models => field ??= new ModelClient(data, store, _errors);

    public IDatasetClient Datasets => field ??= new DatasetClient(data.Datasets, () => validator().Limits, _errors, logger);

    public ITrainingClient ForUser(string? user)
    {
        Intake.Names(("user", user ?? ""));
        return new TrainingClient(store, datasets, logs, data, validator, time, logger, metrics, string.IsNullOrEmpty(user) ? null : user, _kept);
    }

    public async Task<TrainingStatus> GetTrainingStatusAsync(JobId job, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var installation = await store.GetInstallationAsync(cancellationToken);
            var reading = await store.ReadAsync(job, cancellationToken) ?? throw TrainingException.NotFound(job);
            return _kept.Of(reading, installation, await Unfinished.ReadAsync(store, reading.Job, cancellationToken));
        }
        catch (Exception e) when (_errors.Translated(e, nameof(GetTrainingStatusAsync), cancellationToken) is { } translated)
        {
            throw translated;
        }
    }

    public IAsyncEnumerable<TrainingStatus> WatchTrainingAsync(JobId job, long afterRevision = 0, CancellationToken cancellationToken = default) =>
        _errors.GuardAsync(WatchAsync(job, afterRevision, seenIn: null, cancellationToken), nameof(WatchTrainingAsync), cancellationToken);

    public IAsyncEnumerable<TrainingStatus> ResumeWatchAsync(WatchPosition lastSeen, CancellationToken cancellationToken = default) =>
        _errors.GuardAsync(WatchAsync(lastSeen.Job, lastSeen.Revision, lastSeen.Installation, cancellationToken), nameof(ResumeWatchAsync), cancellationToken);

    private async IAsyncEnumerable<TrainingStatus> WatchAsync(JobId job, long afterRevision, InstallationId? seenIn, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var installation = await store.GetInstallationAsync(cancellationToken);
        if (seenIn is { } other && other != installation)
        {
            throw TrainingException.NotFound(job, other, installation);
        }

        int? told = null;
        while (true)
        {
            var reading = await store.ReadAsync(job, cancellationToken) ?? throw TrainingException.NotFound(job);
            if (reading.Job.Revision <= afterRevision)
            {
                if (reading.Job.State.IsFinal())
                {
                    yield break;
                }

                if (reading.QueuePosition is { } place && place != told)
                {
                    told = place;
                    yield return TrainingStatus.Of(reading, installation, await Unfinished.ReadAsync(store, reading.Job, cancellationToken));
                }

                await NextChangeAsync(reading.Job, afterRevision, cancellationToken);
                continue;
            }

            var changes = await store.ReadJobChangesAsync(job, afterRevision, cancellationToken) ?? throw TrainingException.NotFound(job);
            foreach (var change in changes)
            {
                afterRevision = change.Revision;
                told = change.State is JobState.Queued ? reading.QueuePosition : null;
                yield return TrainingStatus.Of(new JobReading(change, told), installation, await Unfinished.ReadAsync(store, change, cancellationToken));
            }
        }
    }

    public IAsyncEnumerable<LogLine> StreamLogsAsync(JobId job, LogQuery? query = null, CancellationToken cancellationToken = default) =>
        _errors.GuardAsync(new LogStream(store, logs).ReadAsync(job, query ?? new LogQuery(), cancellationToken), nameof(StreamLogsAsync), cancellationToken);

    private async Task NextChangeAsync(Job job, long afterRevision, CancellationToken cancellationToken)
    {
        if (job.State is not JobState.Queued)
        {
            await store.ReadJobChangesAsync(job.Id, afterRevision, cancellationToken);
            return;
        }

        using var look = new CancellationTokenSource(PositionPeriod, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(look.Token, cancellationToken);
        try
        {
            await store.ReadJobChangesAsync(job.Id, afterRevision, either.Token);
        }
        catch (OperationCanceledException) when (look.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Time to look at its place again.
        }
    }
}
