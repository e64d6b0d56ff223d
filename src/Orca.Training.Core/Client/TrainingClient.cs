using System.Runtime.CompilerServices;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Logs;

namespace Orca.Training.Client;

/// <summary>The client within the host's own process: it writes intents to the store and reads from it, and knows nothing of the tracker.</summary>
internal sealed class TrainingClient(IJobStore store, IDatasetStore datasets, ILogStore logs, RequestValidator validator, TimeProvider time) : ITrainingClient
{
    // A queued job's place moves without a change of the job itself, so a watcher looks again now and then.
    private static readonly TimeSpan PositionPeriod = TimeSpan.FromSeconds(1);

    private readonly LogStream _logs = new(store, logs);

    public Task<JobId> TrainAsync(TrainingRequest request, CancellationToken cancellationToken = default) =>
        TrainAsync(request, user: null, cancellationToken);

    /// <summary>Submits for a caller whose identity has been checked.</summary>
    public async Task<JobId> TrainAsync(TrainingRequest request, string? user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        // First of all: what is checked is what is recorded, whatever the caller does with the dictionaries meanwhile.
        request = request.Copy();
        var violations = validator.Check(request);
        if (violations.Count > 0)
        {
            throw TrainingException.Invalid(violations);
        }

        var version = await ResolveAsync(request, cancellationToken);
        var accepted = request.DatasetVersion == version.Hash ? request : request with { DatasetVersion = version.Hash };
        var results = await store.ApplyAsync([new JobCommand.Submit(accepted, user, time.GetUtcNow())], fence: null, cancellationToken);
        return results[0].Job!.Id;
    }

    public async Task<TrainingStatus> GetTrainingStatusAsync(JobId job, CancellationToken cancellationToken = default)
    {
        var reading = await store.ReadAsync(job, cancellationToken) ?? throw TrainingException.NotFound(job);
        return TrainingStatus.Of(reading.Job, reading.QueuePosition);
    }

    public async IAsyncEnumerable<TrainingStatus> WatchTrainingAsync(JobId job, long afterRevision = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
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
                    yield return TrainingStatus.Of(reading.Job, place);
                }

                await NextChangeAsync(reading.Job, afterRevision, cancellationToken);
                continue;
            }

            var changes = await store.ReadJobChangesAsync(job, afterRevision, cancellationToken) ?? throw TrainingException.NotFound(job);
            foreach (var change in changes)
            {
                afterRevision = change.Revision;
                told = change.State is JobState.Queued ? reading.QueuePosition : null;
                yield return TrainingStatus.Of(change, told);
            }
        }
    }

    public IAsyncEnumerable<LogLine> StreamLogsAsync(JobId job, LogQuery? query = null, CancellationToken cancellationToken = default) =>
        _logs.ReadAsync(job, query ?? new LogQuery(), cancellationToken);

    public async Task CancelTrainingAsync(JobId job, CancellationToken cancellationToken = default)
    {
        var results = await store.ApplyAsync([new JobCommand.RequestCancel(job, time.GetUtcNow())], fence: null, cancellationToken);
        switch (results[0])
        {
            case { Rejection: Rejection.NotFound }:
                throw TrainingException.NotFound(job);
            case { Rejection: Rejection.Final, Job: { State: not JobState.Cancelled } final }:
                throw new TrainingException(TrainingError.FailedPrecondition, $"Job {job} cannot be cancelled: it is already {final.State}.");
            default:
                break;
        }
    }

    private async Task<DatasetVersion> ResolveAsync(TrainingRequest request, CancellationToken cancellationToken)
    {
        try
        {
            if (await datasets.ResolveAsync(request.DatasetId, request.DatasetVersion, cancellationToken) is { } version)
            {
                return version;
            }

            var isKnown = request.DatasetVersion.Length > 0
                && await datasets.ResolveAsync(request.DatasetId, "", cancellationToken) is not null;
            throw TrainingException.Invalid([isKnown
                ? new FieldViolation("train_data_version_hash", $"Dataset '{request.DatasetId}' has no version '{request.DatasetVersion}': give one that was added, or none for the newest.")
                : new FieldViolation("dataset_id", $"There is no dataset '{request.DatasetId}': add it first.")]);
        }
        catch (DatasetException e)
        {
            throw TrainingException.Invalid([new FieldViolation("dataset_id", e.Message)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(TrainingError.Unavailable, $"The dataset store cannot be read now: {e.Message}", inner: e);
        }
    }

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
