using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Tracking;

namespace Orca.Training.Testing.Simulation;

/// <summary>Carries out effects on the models. An effect of an earlier term lands, but nobody hears its answer.</summary>
internal sealed partial class Simulation
{
    private void CarryOut(int index)
    {
        var wanted = _effects[index];
        _effects.RemoveAt(index);
        Note(() => $"host {wanted.Host.Number} {(wanted.IsAwaited ? "does" : "late:")} {Trace.Describe(wanted.Effect)}");
        if (_isFaulty && wanted.IsAwaited && _random.Next(60) == 0)
        {
            // The request was sent and the host dies, before or after it lands.
            if (_random.Next(2) == 0)
            {
                Note(() => "and dies after it");
                Perform(wanted);
            }

            Crash(wanted.Host);
            return;
        }

        if (Perform(wanted) is { } answer && wanted.IsAwaited)
        {
            wanted.Host.Events.Add(answer);
        }
    }

    private TrackerEvent? Perform(Wanted wanted)
    {
        switch (wanted.Effect)
        {
            case TrackerEffect.Commit e:
                return Commit(e.Command, wanted);
            case TrackerEffect.LookUp e:
                return _isStoreDown ? new TrackerEvent.LookedUp(e.Job, null, IsAnswer: false) : new TrackerEvent.LookedUp(e.Job, _store.Find(e.Job), IsAnswer: true);
            case TrackerEffect.Start e:
                return Start(e.Attempt);
            case TrackerEffect.Stop e:
                return Stop(e.Attempt);
            case TrackerEffect.Remove e:
                return Remove(e.Attempt);
            case TrackerEffect.List e:
                return _runtime.IsDown
                    ? new TrackerEvent.ListFailed(e.Machine, e.Number)
                    : new TrackerEvent.Listed(e.Machine, e.Number, [.. _runtime.Containers]);
            case TrackerEffect.Follow e:
                return _runtime.IsDown
                    ? new TrackerEvent.OutputBroken(e.Attempt, e.From)
                    : new TrackerEvent.OutputEnded(e.Attempt, e.From);
            case TrackerEffect.Fetch e:
                return Fetch(e.Attempt);
            case TrackerEffect.Collect e:
                var place = new Uri($"file:///{e.Attempt.Attempt.Job}/{e.Attempt.Attempt.Number}");
                return new TrackerEvent.Collected(e.Attempt, [new Artifact("model", place, 1, "")], Failure: null);
            case TrackerEffect.Abort e:
                return Abort(e.Attempt, wanted);
            default:
                return null;
        }
    }

    private TrackerEvent? Commit(JobCommand.OnJob command, Wanted wanted)
    {
        if (_isStoreDown && _random.Next(2) == 0)
        {
            return new TrackerEvent.CommitFailed(command);
        }

        var result = _bug.Apply(_store, command) ?? _store.Apply(command, wanted.Term);
        if (result is not { } applied)
        {
            // An old term: its host learns that it no longer decides, and ends.
            if (wanted.IsAwaited && !_bug.IgnoresRefusals)
            {
                EndTerm(wanted.Host, "hears that another one decides");
            }

            return null;
        }

        _invariants.CheckWrite(applied, wanted.Term);

        // Out of reach after the commit: it has applied, and nobody knows.
        return _isStoreDown ? new TrackerEvent.CommitFailed(command) : new TrackerEvent.Committed(command, applied);
    }

    private TrackerEvent Start(AttemptName attempt)
    {
        if (_runtime.IsDown)
        {
            return new TrackerEvent.StartUnknown(attempt, "out of reach");
        }

        var isNew = _runtime.Find(attempt) is null;
        var result = _runtime.Start(attempt, _workload.TrainingOf(attempt.Attempt.Job), out var started);
        if (isNew && started is not null)
        {
            _invariants.CheckCreation(attempt);
            Hint(started);
        }

        // The connection broke after the engine had done it.
        return _isFaulty && _random.Next(20) == 0 ? new TrackerEvent.StartUnknown(attempt, "connection lost") : new TrackerEvent.StartReturned(attempt, result);
    }

    private TrackerEvent? Abort(AttemptName attempt, Wanted abort)
    {
        // What is under way is not carried out any more; it answers that it was given up.
        var open = _effects.FindIndex(w => w.Host == abort.Host && w.Term == abort.Term && Givable(w.Effect) == attempt);
        if (open < 0)
        {
            return null;
        }

        var effect = _effects[open].Effect;
        _effects.RemoveAt(open);
        return effect switch
        {
            TrackerEffect.Fetch => new TrackerEvent.FetchReturned(attempt, "given up", Failure: null),
            TrackerEffect.Collect => new TrackerEvent.CollectFailed(attempt, "given up"),
            _ => new TrackerEvent.StartUnknown(attempt, "given up"),
        };
    }

    private static AttemptName? Givable(TrackerEffect effect) => effect switch
    {
        TrackerEffect.Start e => e.Attempt,
        TrackerEffect.Fetch e => e.Attempt,
        TrackerEffect.Collect e => e.Attempt,
        _ => null,
    };

    private TrackerEvent Stop(AttemptName attempt)
    {
        if (_runtime.IsDown)
        {
            return new TrackerEvent.StopReturned(attempt, "out of reach");
        }

        if (_runtime.Find(attempt) is { State: ContainerState.Running })
        {
            // A training may finish its work within the grace, or be killed.
            _disturbed.Add(attempt);
            Hint(_runtime.End(attempt, _random.Next(3) == 0 ? 0 : 143, isOutOfMemory: false));
        }

        return new TrackerEvent.StopReturned(attempt, null);
    }

    private TrackerEvent Fetch(AttemptName attempt)
    {
        if (_runtime.IsDown || (_isFaulty && _random.Next(4) == 0))
        {
            return new TrackerEvent.FetchReturned(attempt, "out of reach", null);
        }

        return _runtime.Fetch(attempt)
            ? new TrackerEvent.FetchReturned(attempt, null, null)
            : new TrackerEvent.FetchReturned(attempt, null, new Outcome(OutcomeCode.ArtifactMissing, "Its container is gone."));
    }

    private TrackerEvent Remove(AttemptName attempt)
    {
        if (_runtime.IsDown)
        {
            return new TrackerEvent.RemoveReturned(attempt, "out of reach");
        }

        _invariants.CheckRemoval(attempt);
        if (_runtime.Remove(attempt) is { } removed)
        {
            Hint(removed);
        }

        return new TrackerEvent.RemoveReturned(attempt, null);
    }
}
