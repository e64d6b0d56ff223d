using Orca.Training.Clocks;
using Orca.Training.Jobs;

namespace Orca.Training.Tracking;

/// <summary>What is done about jobs that are set aside.</summary>
internal sealed partial class TrackerCore
{
    /// <summary>A job is as it is on record, and to be set aside: its room stays taken until its end is there too.</summary>
    private void SetAside(Job job, Now now, List<TrackerEffect> effects)
    {
        var before = _setAside.Find(job.Id);
        if (before is not null)
        {
            _observer?.Changed(before, job);
        }
        else if (!job.State.IsFinal())
        {
            _observer?.Found(job);
        }

        _setAside.Record(job, now, effects);
        if (job.OpenAttempt is not null || job.State.IsFinal())
        {
            _fold.Apply(job);
        }

        if (job.OpenAttempt is null && before?.OpenAttempt is { } ended)
        {
            _cleanups.Add(new AttemptName(_settings.Installation, new AttemptId(job.Id, ended.Number)), ended.Machine, hasEnded: false, now, effects);
        }

        if (job.State.IsFinal())
        {
            Release(_dependencies.End(job.Id, job, now), now, effects);
        }
    }

    /// <summary>The store has answered what was decided about a job that is set aside: its end.</summary>
    private void TakeLastAnswer(TrackerEvent.Committed answer, Now now, List<TrackerEffect> effects)
    {
        if (answer.Result.Job is not { } job)
        {
            _setAside.Forget(answer.Command.Job);
            _scheduler.Remove(answer.Command.Job);
            Release(_dependencies.End(answer.Command.Job, null, now), now, effects);
            return;
        }

        if (!answer.Result.Applied)
        {
            // It has moved on; after a pause its end is decided from where it stands now.
            _setAside.Fail(job.Id, now);
        }

        SetAside(job, now, effects);
    }
}
