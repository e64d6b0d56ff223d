using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Tracking;

namespace Orca.Training.Testing.Simulation;

/// <summary>What can happen next: at random while there are faults, in order when they have ended.</summary>
internal sealed partial class Simulation
{
    private Action RandomAction() => _random.Next(100) switch
    {
        < 8 when _trainings.Count < _settings.Jobs => Submit,
        < 10 => Cancel,
        < 40 when _effects.Count > 0 => () => CarryOut(_random.Next(_effects.Count)),
        < 60 when _events.Count > 0 => () => Deliver(_random.Next(_events.Count)),
        < 74 when _cursor < _store.Changes.Count => Feed,
        < 82 when _runtime.Running.Any() => EndTraining,
        < 86 => () => PassTime(TimeSpan.FromSeconds(_random.Next(1, 5))),
        < 90 => () => PassTime(_core.NextTick - _now),
        < 92 => LoseEvent,
        < 94 => DoubleEvent,
        < 95 when _runtime.Containers.Any() => RemoveByHand,
        < 96 => BreakStream,
        < 97 => ToggleMachine,
        < 98 => ToggleStore,
        < 99 => Crash,
        _ => () => PassTime(TimeSpan.FromMinutes(_random.Next(1, 20))),
    };

    private Action OrderedAction() =>
        _effects.Count > 0 ? () => CarryOut(0)
        : _events.Count > 0 ? () => Deliver(0)
        : _cursor < _store.Changes.Count ? Feed
        : _runtime.Running.Any() ? EndTraining
        : () => PassTime(_core.NextTick - _now);

    private void Submit()
    {
        var request = new TrainingRequest { Algorithm = "a", DatasetId = "d", DatasetVersion = "v" };
        var job = _store.Submit(new JobCommand.Submit(request, User: null, _now));
        _trainings[job.Id] = _random.Next(10) switch
        {
            0 => new SimulatedTraining(3, false, 0, false),
            1 => new SimulatedTraining(137, true, 0, false),
            2 => new SimulatedTraining(0, false, _random.Next(1, 4), false),
            3 => new SimulatedTraining(0, false, 0, true),
            _ => new SimulatedTraining(0, false, 0, false),
        };
        Note($"submit {job.Id}: {_trainings[job.Id]}");
    }

    private void Cancel()
    {
        if (_trainings.Count > 0)
        {
            var job = new JobId(_random.Next(1, _trainings.Count + 1));
            Note($"cancel {job}");
            var command = new JobCommand.RequestCancel(job, _now);
            if (_settings.Bug.Apply(_store, command) is null)
            {
                _store.Apply(command, term: null);
            }
        }
    }

    private void Feed()
    {
        var job = _store.Changes[_cursor++];
        Note($"feed: {job.Id} revision {job.Revision} {job.State}");
        Step(new TrackerEvent.Changed([job]));
    }

    private void Deliver(int index)
    {
        var happened = _events[index];
        _events.RemoveAt(index);
        Note($"event: {Describe(happened)}");
        Step(happened);
    }

    private void LoseEvent()
    {
        // Only hints can be lost: an answer is lost with the host that waits for it.
        var hints = _events.FindIndex(e => e is TrackerEvent.Observed);
        if (hints >= 0)
        {
            Note($"lost: {Describe(_events[hints])}");
            _events.RemoveAt(hints);
        }
    }

    private void DoubleEvent()
    {
        if (_events.Find(e => e is TrackerEvent.Observed) is { } hint)
        {
            Note($"doubled: {Describe(hint)}");
            _events.Add(hint);
        }
    }

    private void PassTime(TimeSpan span)
    {
        if (span > TimeSpan.Zero)
        {
            _now += span;
        }

        Note("tick");
        Step(new TrackerEvent.Tick());
    }

    private void EndTraining()
    {
        var running = _runtime.Running.ToList();
        var container = running[_random.Next(running.Count)];
        var training = _trainings[container.Attempt.Attempt.Job];
        Note($"training {container.Attempt.Attempt} ends with {training.ExitCode}");
        Hint(_runtime.End(container.Attempt, training.ExitCode, training.IsOutOfMemory));
    }

    private void RemoveByHand()
    {
        var containers = _runtime.Containers.ToList();
        var container = containers[_random.Next(containers.Count)];
        Note($"by hand: remove {container.Attempt.Attempt}");
        _disturbed.Add(container.Attempt);
        Hint(_runtime.Remove(container.Attempt)!);
    }

    private void BreakStream()
    {
        Note("the stream of hints breaks");
        _events.RemoveAll(e => e is TrackerEvent.Observed);
        _events.Add(new TrackerEvent.HintsInterrupted(Machine));
    }

    private void ToggleMachine()
    {
        _runtime.IsDown = !_runtime.IsDown;
        Note(_runtime.IsDown ? "machine out of reach" : "machine back");
    }

    private void ToggleStore()
    {
        _isStoreDown = !_isStoreDown;
        Note(_isStoreDown ? "store out of reach" : "store back");
    }

    /// <summary>The host crashes: answers on their way are lost, and effects on their way may still land, or not.</summary>
    private void Crash()
    {
        Note("crash");
        _effects.RemoveAll(_ => _random.Next(3) > 0);
        Restart();
    }

    private void Hint(ContainerObservation seen) => _events.Add(new TrackerEvent.Observed(Machine, seen));
}
