using Orca.Training.Clocks;
using Orca.Training.Jobs;

namespace Orca.Training.Tracking;

/// <summary>What the store says of the step's commands.</summary>
internal sealed partial class TrackerCore
{
    private void TakeAnswer(TrackerEvent.Committed answer, Now now, List<TrackerEffect> effects)
    {
        At = answer.Command.Job;
        if (_setAside.Takes(answer.Command.Job))
        {
            TakeLastAnswer(answer, now, effects);
            return;
        }

        if (_jobs.Find(answer.Command.Job) is not { } tracked)
        {
            return;
        }

        if (tracked.TakeAnswer(answer.Command))
        {
            tracked.Unsettled = null;
            tracked.Commit = answer.Result.Applied ? default : tracked.Commit;
        }

        if (answer.Result.Job is null)
        {
            // The store does not know the job any more: nothing is left to decide about it.
            _observer?.Forgotten(tracked.Job);
            _scheduler.Remove(answer.Command.Job);
            _jobs.Remove(answer.Command.Job);
            Release(_dependencies.End(answer.Command.Job, null, now), now, effects);
        }
        else if (answer.Result.Job.Revision > tracked.Job.Revision)
        {
            if (!answer.Result.Applied)
            {
                QueueAgain(tracked);
            }

            var machine = tracked.Attempt?.Machine;
            Record(tracked, answer.Result.Job, now, effects);
            if (answer is { Command: JobCommand.Defer defer, Result.Applied: true } && machine is not null)
            {
                Refuse(tracked, machine, defer);
            }

            if (answer is { Command: JobCommand.ReportWait, Result.Applied: true })
            {
                // It may have fitted again meanwhile.
                QueueAgain(tracked);
            }
        }
        else
        {
            Reconsider(tracked, answer, now, effects);
        }
    }

    /// <summary>A machine had no room after all: what needs as much waits for that machine, and nothing keeps the job from another one.</summary>
    private void Refuse(TrackedJob tracked, string machine, JobCommand.Defer defer)
    {
        if (tracked.PutOffUntil is { } until)
        {
            _scheduler.Refuse(machine, _demandOf(tracked.Job.Request), until, defer.Reason);
            tracked.WaitsForMachine();
            QueueAgain(tracked);
        }
    }

    /// <summary>The answer brought nothing newer than what is known. If it was a refusal, asking again at once would only repeat it.</summary>
    private void Reconsider(TrackedJob tracked, TrackerEvent.Committed answer, Now now, List<TrackerEffect> effects)
    {
        if (!answer.Result.Applied && tracked.InFlight is null)
        {
            tracked.Commit.Fail(error: null, now, _settings);
        }

        QueueAgain(tracked);
        Advance(tracked, now, effects);
    }

    private void TakeCommitFailure(JobCommand.OnJob command, Now now, List<TrackerEffect> effects)
    {
        At = command.Job;
        _setAside.Fail(command.Job, now);
        if (_jobs.Find(command.Job) is not { } tracked || !tracked.TakeAnswer(command))
        {
            return;
        }

        tracked.Commit.Fail(error: null, now, _settings);
        if (command is JobCommand.BeginAttempt begin)
        {
            // It may have applied: its slot stays taken until the store says what became of it.
            tracked.Unsettled = begin;
        }
        else
        {
            QueueAgain(tracked);
        }

        Advance(tracked, now, effects);
    }

    /// <summary>A plan passes over a job that waits for an answer of the store; with the answer it can be planned again.</summary>
    private void QueueAgain(TrackedJob tracked)
    {
        if (tracked.Job.State is JobState.Queued)
        {
            Schedule(tracked);
        }
    }
}
