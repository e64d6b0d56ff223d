using Microsoft.Extensions.Logging;
using Orca.Training.Jobs;

namespace Orca.Training.Diagnostics;

/// <summary>
/// Tells what happens to jobs while this host decides: to the log, the metrics and the traces. The tracker calls it once for each
/// change that it learns of, from one thread; where nobody listens it only counts.
/// </summary>
internal sealed class JobObserver : IDisposable
{
    private readonly TrainingMetrics _metrics;
    private readonly ILogger _logger;
    private readonly OpenJobCounts _open = new();

    public JobObserver(TrainingMetrics metrics, ILogger logger)
    {
        _metrics = metrics;
        _logger = logger;
        metrics.Report(_open);
    }

    /// <summary>A job that was open already when this host began to decide.</summary>
    public void Found(Job job) => _open.Move(null, job);

    /// <summary>A job that was just submitted.</summary>
    public void Submitted(Job job)
    {
        _open.Move(null, job);
        _logger.JobQueued(job.Id, job.Request.Algorithm, job.Request.DatasetId);
    }

    /// <summary>A job that has changed.</summary>
    public void Changed(Job before, Job after)
    {
        if (before.State == after.State && before.LastAttempt == after.LastAttempt)
        {
            return;
        }

        _open.Move(before, after);
        var change = new JobChange(before, after);
        if (change.Deferred is { } deferred)
        {
            _logger.JobPutOff(after.Id, deferred.Number, after.QueueReason);
            _metrics.Deferred(after, deferred);
        }

        if (change.Begun is { } begun)
        {
            _logger.JobLaunching(after.Id, begun.Number, begun.Machine);
        }

        if (change.Started is { } started)
        {
            _logger.JobRunning(after.Id, started.Number, started.Machine);
            _metrics.Started(after, started, change.TimeInQueue, started.StartedAt!.Value - started.CreatedAt);
        }

        if (change.Ended is { } ended)
        {
            TellEnd(after, ended);
            if (after.State is JobState.Queued)
            {
                _logger.JobRetried(after.Id, ended.Number, (ended.Outcome?.Code ?? OutcomeCode.Unknown).Name, after.NotBefore);
            }
        }

        if (change.IsFinish)
        {
            _logger.JobFinished(after.Id, after.State, after.Outcome?.Code.Name, after.LastAttempt);
            _metrics.Finished(after);
        }
    }

    /// <summary>A job that the store no longer knows.</summary>
    public void Forgotten(Job job) => _open.Move(job, null);

    public void Dispose() => _metrics.Withdraw(_open);

    private void TellEnd(Job job, Attempt attempt)
    {
        var code = attempt.Outcome?.Code ?? OutcomeCode.Unknown;
        if (attempt.StartedAt is { } began)
        {
            _metrics.RunEnded(job, attempt, attempt.EndedAt!.Value - began, code);
        }
        else
        {
            _metrics.LaunchFailed(job, attempt, attempt.EndedAt!.Value - attempt.CreatedAt, code);
        }

        TrainingActivities.TellAttempt(job, attempt);
    }
}
