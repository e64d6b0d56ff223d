using Orca.Training.Clocks;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Tracking;

/// <summary>
/// What is to be done next about one job, given what is recorded and what is known. Asked again after every event about the job,
/// so each rule is safe to reach any number of times. Pauses after failures wake the job exactly; the long deadlines, of a launch
/// and of an ended container's output, are looked at once a reconcile period, so that they cost nothing where all goes well.
/// </summary>
internal sealed class JobRules(
    TrackerSettings settings,
    Dependencies dependencies,
    DeferredStarts deferrals,
    Func<TrainingRequest, long> memoryLimit,
    Action<TrackedJob, TimeSpan> wakeAt)
{
    public void Advance(TrackedJob tracked, bool isDraining, Now now, List<TrackerEffect> effects)
    {
        if (tracked.InFlight is not null)
        {
            return;
        }

        if (!tracked.Commit.IsDue(now))
        {
            wakeAt(tracked, tracked.Commit.PausedUntil);
            return;
        }

        var ended = tracked.Job.CancelRequestedAt is not null ? EndOutcome.Cancelled(byHost: false)
            : !isDraining ? null
            : settings.DrainsToQueue ? EndOutcome.RequeuedByHost()
            : EndOutcome.Cancelled(byHost: true);
        switch (tracked.Job.State)
        {
            case JobState.Queued when tracked.Unsettled is { } begin:
                tracked.Give(begin with { At = now.Wall }, effects);
                break;
            case JobState.Queued:
                AdvanceWait(tracked, ended, now, effects);
                break;
            case JobState.Launching when tracked.Attempt is { } attempt:
                AdvanceLaunch(tracked, attempt, ended, now, effects);
                break;
            case JobState.Running when tracked.Attempt is { } attempt:
                AdvanceRun(tracked, attempt, ended, now, effects);
                break;
            default:
                break;
        }
    }

    private void AdvanceWait(TrackedJob tracked, Outcome? ended, Now now, List<TrackerEffect> effects)
    {
        if (ended is { Code: var code } && code == OutcomeCode.Cancelled)
        {
            tracked.Give(new JobCommand.FinishQueued(tracked.Job.Id, JobState.Cancelled, ended, now.Wall), effects);
            return;
        }

        var failure = tracked.Waits?.Failure ?? (settings.FailUnplaceable && tracked.Unplaceable is { } reason ? EndOutcome.NeverFits(reason) : null);
        if (failure is null && tracked.Waits is { IsOver: false } waits)
        {
            if (dependencies.LookUp(waits, now, effects) is { } again)
            {
                wakeAt(tracked, again);
            }

            return;
        }

        if (failure is null && ReportFit(tracked, now, effects))
        {
            return;
        }

        if (failure is null && tracked.Job.HeldAt is null && Deadlines.OfQueue(tracked) is { } deadline)
        {
            if (now.Steady < deadline)
            {
                wakeAt(tracked, deadline);
                return;
            }

            failure = EndOutcome.QueueTimedOut(tracked.Job.Request.Timeouts!.Queued!.Value);
        }

        if (failure is not null)
        {
            tracked.Give(new JobCommand.FinishQueued(tracked.Job.Id, JobState.Failed, failure, now.Wall), effects);
        }
    }

    /// <summary>A job that no machine could start says so, and says so no more when one could.</summary>
    private static bool ReportFit(TrackedJob tracked, Now now, List<TrackerEffect> effects)
    {
        var sentence = tracked.Unplaceable is { } reason ? EndOutcome.FitsNowhere(reason) : null;
        if (sentence is null ? !tracked.FitsAgain || !tracked.Job.IsMisfit : tracked.Job.IsMisfit && tracked.Job.QueueReason == sentence)
        {
            return false;
        }

        tracked.FitsAgain = false;
        tracked.Give(new JobCommand.ReportWait(tracked.Job.Id, sentence, now.Wall), effects);
        return true;
    }

    private void AdvanceLaunch(TrackedJob tracked, AttemptFacts attempt, Outcome? ended, Now now, List<TrackerEffect> effects)
    {
        var (job, number) = (tracked.Job.Id, attempt.Name.Attempt.Number);
        var limit = Deadlines.OfLaunch(tracked.Job, settings);
        var deadline = attempt.LaunchedAt + limit;
        var giveUp = ended ?? (now.Steady >= deadline ? EndOutcome.NeverStarted(limit, attempt.Start.LastError) : null);
        if (giveUp is null && tracked.Job.Request.Timeouts?.Launching is not null)
        {
            wakeAt(tracked, deadline);
        }

        switch (attempt.Start.State)
        {
            case CallState.Done when attempt.StartResult is StartResult.Started started:
                deferrals.Started(attempt.Machine);
                // Also when it is to be cancelled: what runs is recorded as running, and then stopped.
                tracked.Give(new JobCommand.BeginRunning(job, number, started.Incarnations, now.Wall) { Execution = started.Execution }, effects);
                break;
            case CallState.Done when attempt.StartResult is StartResult.Failed failed:
                Finish(tracked, number, ended ?? failed.Outcome, progress: null, now, effects);
                break;
            case CallState.Done when attempt.StartResult is StartResult.Deferred deferred && giveUp is null:
                var pause = deferrals.PauseAfterOneMore(attempt.Machine);
                var notBefore = now.Wall + pause;
                tracked.PutOff(new JobCommand.Defer(job, number, deferred.Reason, notBefore, now.Wall), notBefore, now.Steady + pause, effects);
                break;
            case CallState.Asked:
                if (giveUp is not null && !attempt.IsAborted)
                {
                    attempt.IsAborted = true;
                    effects.Add(new TrackerEffect.Abort(attempt.Name));
                }
                else if (attempt.Phase is { } phase && phase != tracked.Job.Phase)
                {
                    tracked.Give(new JobCommand.ReportPhase(job, number, phase, now.Wall), effects);
                }

                break;
            default:
                if (giveUp is not null)
                {
                    StopThenFinish(tracked, attempt, giveUp, now, effects);
                }
                else if (attempt.Start.IsDue(now))
                {
                    attempt.Start.Ask();
                    effects.Add(new TrackerEffect.Start(attempt.Name, attempt.Machine, tracked.Job));
                }
                else
                {
                    wakeAt(tracked, attempt.Start.PausedUntil);
                    ReportWait(tracked, attempt, number, now, effects);
                }

                break;
        }
    }

    /// <summary>A launch that waits for its machine says why.</summary>
    private static void ReportWait(TrackedJob tracked, AttemptFacts attempt, int number, Now now, List<TrackerEffect> effects)
    {
        var phase = new LaunchPhase(LaunchStep.Starting, null, attempt.Start.LastError);
        if (attempt.Start.LastError is not null && tracked.Job.Phase != phase)
        {
            tracked.Give(new JobCommand.ReportPhase(tracked.Job.Id, number, phase, now.Wall), effects);
        }
    }

    private void AdvanceRun(TrackedJob tracked, AttemptFacts attempt, Outcome? ended, Now now, List<TrackerEffect> effects)
    {
        var number = attempt.Name.Attempt.Number;
        if (attempt.End is null && attempt.IsLost)
        {
            var stopped = attempt.Stop.State is CallState.Idle ? null : ended ?? attempt.Overrun;
            Finish(tracked, number, stopped ?? EndOutcome.Lost(attempt.Output?.Tail ?? []), attempt.Output?.Progress, now, effects);
            return;
        }

        Follow(tracked, attempt, now, effects);
        var giveUp = GiveUp(tracked, attempt, ended, now);
        if (attempt.News is { } news)
        {
            attempt.News = null;
            tracked.Give(new JobCommand.RecordProgress(tracked.Job.Id, number, news, now.Wall), effects);
            return;
        }

        if (attempt.End is not { } end)
        {
            if (giveUp is not null)
            {
                Stop(tracked, attempt, now, effects);
            }

            return;
        }

        var isCancelled = giveUp?.Code == OutcomeCode.Cancelled;
        HearCancel(attempt, isCancelled, effects);
        if (IsOutputAwaited(attempt, now) || IsFetching(tracked, attempt, isCancelled, now, effects))
        {
            return;
        }

        // A decider before this one may have stopped it: then the end by a signal is all that is left of that. A training that ends well when
        // it is asked to stop leaves not even that, and what it left is not whole: so a cancellation from before counts as the cause.
        if (giveUp is not null && (attempt.Stop.State is not CallState.Idle || EndOutcome.IsByStop(end) || (isCancelled && attempt.MayHaveBeenStopped)))
        {
            Finish(tracked, number, giveUp with { ExitCode = end.ExitCode }, attempt.Output?.Progress, now, effects);
        }
        else if (!EndOutcome.IsSuccess(end))
        {
            var outcome = EndOutcome.Of(end, tracked.Job.OpenAttempt?.Given?.MemoryBytes ?? memoryLimit(tracked.Job.Request), attempt.Output?.Tail ?? []);
            if (attempt.FetchFailure is { } notFetched)
            {
                // Its checkpoint is not handed on, which the next attempt would only wonder about.
                outcome = outcome with { Message = $"{outcome.Message}\nIts output could not be kept: {notFetched.Message}" };
            }

            Finish(tracked, number, outcome, attempt.Output?.Progress, now, effects);
        }
        else
        {
            Publish(tracked, attempt, giveUp, now, effects);
        }
    }

    /// <summary>Why the attempt is to be stopped, if it is. A limit that has passed stays so, whatever the training says while it is being stopped.</summary>
    private Outcome? GiveUp(TrackedJob tracked, AttemptFacts attempt, Outcome? ended, Now now)
    {
        if (attempt.Overrun is null)
        {
            (attempt.Overrun, var lookAt) = Deadlines.OfRun(tracked.Job, attempt, settings, now);
            if (lookAt is { } at)
            {
                wakeAt(tracked, at);
            }
        }

        return ended ?? attempt.Overrun;
    }

    private void Follow(TrackedJob tracked, AttemptFacts attempt, Now now, List<TrackerEffect> effects)
    {
        if (attempt.Follow.IsDue(now))
        {
            attempt.Follow.Ask();
            attempt.QuietSince = now.Steady;
            var from = attempt.Output ?? OutputSummary.After(tracked.Job.Progress);
            effects.Add(new TrackerEffect.Follow(attempt.Name, attempt.Machine, from) { Incarnations = attempt.Incarnations ?? [] });
        }
        else if (attempt.Follow.State is CallState.Idle)
        {
            wakeAt(tracked, attempt.Follow.PausedUntil);
        }
    }

    /// <summary>Whether the rest of an ended container's output is still being read. Bounded, since a result must not hang on a log.</summary>
    private bool IsOutputAwaited(AttemptFacts attempt, Now now)
    {
        attempt.DrainUntil ??= now.Steady + settings.DrainTime;
        return attempt.Follow.State is not CallState.Done && now.Steady < attempt.DrainUntil;
    }

    /// <summary>
    /// Whether what the attempt wrote is still on a machine that copies. It comes back before any end is recorded, since a
    /// failure's checkpoint is worth as much as a success's; that it cannot come fails nobody but a success.
    /// </summary>
    private bool IsFetching(TrackedJob tracked, AttemptFacts attempt, bool isCancelled, Now now, List<TrackerEffect> effects)
    {
        var tries = attempt.IsAborted ? 1 : isCancelled ? settings.Tries : settings.FetchTries;
        if (!settings.CopyingMachines.Contains(attempt.Machine) || attempt.Fetch.State is CallState.Done
            || (attempt.Fetch.State is CallState.Idle && attempt.Fetch.Failures >= tries))
        {
            return false;
        }

        if (attempt.Fetch.IsDue(now))
        {
            attempt.Fetch.Ask();
            attempt.IsPastCancel = isCancelled;
            effects.Add(new TrackerEffect.Fetch(attempt.Name, attempt.Machine));
        }
        else if (attempt.Fetch.State is CallState.Idle)
        {
            wakeAt(tracked, attempt.Fetch.PausedUntil);
        }

        return true;
    }

    /// <summary>Who cancels does not wait until all that the training left is brought here or read.</summary>
    private static void HearCancel(AttemptFacts attempt, bool isCancelled, List<TrackerEffect> effects)
    {
        if (isCancelled && !attempt.IsPastCancel && !attempt.IsAborted
            && (attempt.Fetch.State is CallState.Asked || attempt.Collect.State is CallState.Asked))
        {
            attempt.IsAborted = true;
            effects.Add(new TrackerEffect.Abort(attempt.Name));
        }
    }

    private static Outcome? NotFetched(AttemptFacts attempt) => attempt.FetchFailure ?? (attempt.Fetch is { State: not CallState.Done, Failures: > 0 }
        ? new Outcome(OutcomeCode.ArtifactMissing, $"The training completed, but its output could not be copied from machine '{attempt.Machine}': {attempt.Fetch.LastError}", 0)
        : null);

    private void Publish(TrackedJob tracked, AttemptFacts attempt, Outcome? giveUp, Now now, List<TrackerEffect> effects)
    {
        var number = attempt.Name.Attempt.Number;
        if (NotFetched(attempt) is { } missing)
        {
            // Who gave the job up meanwhile is told that, and not what it lost.
            Finish(tracked, number, giveUp ?? missing, attempt.Output?.Progress, now, effects);
        }
        else if (attempt.Collect.State is CallState.Done)
        {
            var progress = attempt.Output?.Progress ?? tracked.Job.Progress;
            if (attempt.CollectFailure is { } failure)
            {
                Finish(tracked, number, failure, progress, now, effects);
            }
            else
            {
                tracked.Give(new JobCommand.Publish(tracked.Job.Id, number, attempt.Artifacts, progress, now.Wall) { ModelVersion = attempt.ModelVersion, Note = attempt.Note }, effects);
            }
        }
        else if (attempt.IsAborted && giveUp is not null && attempt.Collect.State is CallState.Idle)
        {
            Finish(tracked, number, giveUp, attempt.Output?.Progress, now, effects);
        }
        else if (attempt.Collect.Failures >= settings.Tries)
        {
            var outcome = new Outcome(OutcomeCode.ArtifactMissing, $"The training completed, but its output could not be read: {attempt.Collect.LastError}", 0);
            Finish(tracked, number, outcome, attempt.Output?.Progress, now, effects);
        }
        else if (attempt.Collect.IsDue(now))
        {
            attempt.Collect.Ask();
            attempt.IsPastCancel = giveUp?.Code == OutcomeCode.Cancelled;
            effects.Add(new TrackerEffect.Collect(attempt.Name, tracked.Job.Request.OutputModelName, (attempt.Output?.Progress ?? tracked.Job.Progress).Announced ?? []));
        }
        else if (attempt.Collect.State is CallState.Idle)
        {
            wakeAt(tracked, attempt.Collect.PausedUntil);
        }
    }

    private void Stop(TrackedJob tracked, AttemptFacts attempt, Now now, List<TrackerEffect> effects)
    {
        if (attempt.Stop.IsDue(now))
        {
            attempt.Stop.Ask();
            effects.Add(new TrackerEffect.Stop(attempt.Name, attempt.Machine));
        }
        else if (attempt.Stop.State is CallState.Idle)
        {
            wakeAt(tracked, attempt.Stop.PausedUntil);
        }
    }

    /// <summary>Nobody knows whether containers exist: they are stopped before the end is recorded, if the machine lets us.</summary>
    private void StopThenFinish(TrackedJob tracked, AttemptFacts attempt, Outcome outcome, Now now, List<TrackerEffect> effects)
    {
        if (attempt.Stop.State is CallState.Done || attempt.Stop.Failures >= settings.Tries)
        {
            Finish(tracked, attempt.Name.Attempt.Number, outcome, progress: null, now, effects);
        }
        else
        {
            Stop(tracked, attempt, now, effects);
        }
    }

    /// <summary>The attempt's end goes on record; with it the job's, unless another attempt follows.</summary>
    private static void Finish(TrackedJob tracked, int number, Outcome outcome, TrainingProgress? progress, Now now, List<TrackerEffect> effects)
    {
        var final = outcome.Code == OutcomeCode.Cancelled ? JobState.Cancelled : JobState.Failed;
        if (Retries.After(tracked.Job, outcome) is { } next)
        {
            var notBefore = now.Wall + next.Pause;
            tracked.PutOff(
                new JobCommand.Retry(tracked.Job.Id, number, outcome, next.Reason, progress, notBefore, now.Wall), notBefore, now.Steady + next.Pause, effects);
            return;
        }

        tracked.Give(new JobCommand.FinishAttempt(tracked.Job.Id, number, final, outcome, progress, now.Wall), effects);
    }
}
