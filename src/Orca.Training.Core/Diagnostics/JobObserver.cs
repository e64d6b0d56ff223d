using Microsoft.Extensions.Logging;
using Orca.Training.Jobs;

namespace Orca.Training.Diagnostics;

/// <summary>
/// Tells what happens to jobs while this host decides: to the log, the metrics and the traces. The tracker calls it once for each
/// change that it learns of, from one thread; where nobody listens it only counts. It never throws: nobody's listener has a say.
/// </summary>
internal sealed class JobObserver : IDisposable
{
    private readonly TrainingMetrics _metrics;
    private readonly ILogger _logger;
    private readonly ForeignFaults? _faults;
    private readonly OpenJobCounts _open = new();

    /// <param name="metrics">The instruments.</param>
    /// <param name="logger">A log that does not throw.</param>
    /// <param name="faults">Told of what listeners to spans throw; without it they throw it here.</param>
    public JobObserver(TrainingMetrics metrics, ILogger logger, ForeignFaults? faults = null)
    {
        _faults = faults;
        _metrics = metrics;
        _logger = logger;
        metrics.Report(_open);
    }

    /// <summary>A job that was open already when this host began to decide.</summary>
    public void Found(Job job) => Guard(static (o, _, job) => o._open.Move(null, job), null, job);

    /// <summary>A job that was just submitted.</summary>
    public void Submitted(Job job) => Guard(
        static (o, _, job) =>
        {
            o._open.Move(null, job);
            o._logger.JobQueued(job.Id, job.Request.Algorithm, job.Request.DatasetId);
        },
        null,
        job);

    /// <summary>A job that has changed.</summary>
    public void Changed(Job before, Job after)
    {
        if (before.State != after.State || before.LastAttempt != after.LastAttempt)
        {
            Guard(static (o, before, after) => o.Tell(before!, after), before, after);
        }
    }

    /// <summary>A job that the store no longer knows.</summary>
    public void Forgotten(Job job) => Guard(static (o, _, job) => o._open.Move(job, null), null, job);

    public void Dispose() => _metrics.Withdraw(_open);

    private void Guard(Action<JobObserver, Job?, Job> tell, Job? before, Job after)
    {
        try
        {
            tell(this, before, after);
        }
#pragma warning disable CA1031 // A record that cannot be told about is decided about all the same.
        catch (Exception e) when (_faults is not null)
#pragma warning restore CA1031
        {
            _faults.Tell($"A listener to changes of job {after.Id}", e);
        }
    }

    private void Tell(Job before, Job after)
    {
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

        try
        {
            TrainingActivities.TellAttempt(job, attempt);
        }
#pragma warning disable CA1031 // Listeners are the host's own code.
        catch (Exception e) when (_faults is not null)
#pragma warning restore CA1031
        {
            _faults.Tell(TrainingActivities.Listener, e);
        }
    }
}
