using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Tracking;

namespace Orca.Training.Testing.Simulation;

/// <summary>What can happen next: at random while there are faults, in order when they have ended.</summary>
internal sealed partial class Simulation
{
    private Action RandomAction()
    {
        var host = AnyHost();
        var acts = host is { IsDeciding: true, IsPaused: false };
        return _random.Next(110) switch
        {
            < 8 when _workload.Count < _settings.Jobs => Submit,
            < 10 => Cancel,
            < 11 => HoldOrRelease,
            < 38 when _effects.Count > 0 => () => CarryOut(_random.Next(_effects.Count)),
            < 58 when acts && host.Events.Count > 0 => () => Deliver(host, _random.Next(host.Events.Count)),
            < 72 when acts && host.Cursor < _store.Changes.Count => () => Feed(host),
            < 80 when _runtime.Running.Any() => EndTraining,
            < 83 => () => PassTime(TimeSpan.FromSeconds(_random.Next(1, 5))),
            < 88 when acts => () => PassTime(host.Core!.NextTick - SteadyOf(host)),
            < 90 => () => LoseHint(host),
            < 92 => () => DoubleHint(host),
            < 93 when _runtime.Containers.Any() => RemoveByHand,
            < 94 when acts => () => BreakStream(host),
            < 95 => ToggleMachine,
            < 96 => ToggleStore,
            < 97 => () => Crash(host),
            < 99 => () => PauseOrWake(host),
            < 100 => () => JumpClock(host),
            < 101 when acts => () => Reload(host),
            < 102 when _workload.Repeated() is { } repeated => () => SubmitAgain(repeated.Submit, repeated.Job),
            < 104 => Elect,
            < 105 => () => PassTime(TimeSpan.FromMinutes(_random.Next(1, 20))),
            < 106 => () => ChangeSettings(host, _random.Next(1, 5) / 2.0),
            < 108 when acts && _runtime.Running.Any() => () => JumpClock(host),
            _ => () => PassTime(TimeSpan.FromMilliseconds(_random.Next(2000))),
        };
    }

    /// <summary>Mostly one that acts, or little would happen.</summary>
    private SimulatedHost AnyHost()
    {
        var host = _hosts[_random.Next(_hosts.Length)];
        return host is { IsDeciding: true, IsPaused: false } || _random.Next(8) == 0 ? host
            : Array.Find(_hosts, h => h is { IsDeciding: true, IsPaused: false }) ?? host;
    }

    private Action OrderedAction()
    {
        if (_effects.Count > 0)
        {
            return () => CarryOut(0);
        }

        foreach (var host in _hosts.Where(h => h.IsDeciding))
        {
            if (host.Events.Count > 0)
            {
                return () => Deliver(host, 0);
            }

            if (host.Cursor < _store.Changes.Count)
            {
                return () => Feed(host);
            }
        }

        var next = _hosts.Where(h => h.IsDeciding).Select(h => (TimeSpan?)(h.Core!.NextTick - SteadyOf(h))).Min();
        return _runtime.Running.Any(c => !_workload.TrainingOf(c.Attempt.Attempt.Job).Hangs) ? EndTraining
            : () => PassTime(next ?? SimulatedHost.LeaseDuration);
    }

    private void Submit()
    {
        var jobs = _store.Jobs.Select(j => j.Id).ToList();
        var submits = _workload.Next(_now, jobs).ToArray();
        if (_random.Next(4) == 0)
        {
            submits[0] = _workload.WithKey(submits[0]);
        }

        var accepted = _store.Submit(submits, !_bug.ForgetsKeys);
        for (var i = 0; i < accepted.Count; i++)
        {
            _workload.Accepted(submits[i], accepted[i]);
            var job = accepted[i];
            Note(() => $"submit {job.Id} after [{string.Join(", ", job.Request.DependsOn)}]{(job.Request.IsHeld ? ", held" : "")}: {_workload.TrainingOf(job.Id)}");
        }
    }

    private void SubmitAgain(JobCommand.Submit submit, JobId job)
    {
        Note(() => $"submit {job} again");
        var answer = _store.Submit([submit], !_bug.ForgetsKeys)[0];
        _invariants.CheckRepetition(job, answer.Id);
    }

    private void Cancel()
    {
        // A long run would cancel nearly all that it submits, and see little else.
        if (_workload.Count > 0 && _random.Next(6) == 0)
        {
            var job = new JobId(_random.Next(1, _workload.Count + 1));
            Note(() => $"cancel {job}");
            Intend(new JobCommand.RequestCancel(job, _now));
        }
    }

    private void HoldOrRelease()
    {
        if (_workload.Count > 0)
        {
            var job = new JobId(_random.Next(1, _workload.Count + 1));
            var isHeld = _store.Find(job)?.HeldAt is not null;
            Note(() => $"{(isHeld ? "release" : "hold")} {job}");
            Intend(isHeld ? new JobCommand.RequestRelease(job, _now) : new JobCommand.RequestHold(job, _now));
        }
    }

    private void Intend(JobCommand.OnJob command)
    {
        if (_bug.Apply(_store, command) is null)
        {
            _store.Apply(command, term: null);
        }
    }

    private void Feed(SimulatedHost host)
    {
        var job = _store.Changes[host.Cursor++];
        Note(() => $"host {host.Number} feed: {job.Id} revision {job.Revision} {job.State}");
        Step(host, new TrackerEvent.Changed([job]));
    }

    private void Reload(SimulatedHost host)
    {
        Note(() => $"host {host.Number}: the feed was truncated");
        Step(host, host.Load(_store));
    }

    private void Deliver(SimulatedHost host, int index)
    {
        var happened = host.Events[index];
        host.Events.RemoveAt(index);
        Note(() => $"host {host.Number} event: {Trace.Describe(happened)}");
        Step(host, happened);
    }

    private void LoseHint(SimulatedHost host)
    {
        // Only hints can be lost: an answer is lost with the host that waits for it.
        var hint = host.Events.FindIndex(e => e is TrackerEvent.Observed);
        if (hint >= 0)
        {
            Note(() => $"host {host.Number} lost: {Trace.Describe(host.Events[hint])}");
            host.Events.RemoveAt(hint);
        }
    }

    private void DoubleHint(SimulatedHost host)
    {
        if (host.Events.Find(e => e is TrackerEvent.Observed) is { } hint)
        {
            Note(() => $"host {host.Number} doubled: {Trace.Describe(hint)}");
            host.Events.Add(hint);
        }
    }

    /// <summary>Time passes for all; whoever does not stand still keeps its lease and gets its ticks.</summary>
    private void PassTime(TimeSpan span)
    {
        var until = span > TimeSpan.Zero ? _now + span : _now;
        do
        {
            var step = until - _now;
            _now += step < SimulatedHost.LeaseDuration / 3 ? step : SimulatedHost.LeaseDuration / 3;
            KeepLeases();
        }
        while (_now < until);

        Note(() => "time");
        foreach (var host in _hosts.Where(h => h is { IsDeciding: true, IsPaused: false }))
        {
            Step(host, new TrackerEvent.Tick());
        }
    }

    private void EndTraining()
    {
        var running = _runtime.Running.Where(c => !_workload.TrainingOf(c.Attempt.Attempt.Job).Hangs).ToList();
        if (running.Count == 0)
        {
            return;
        }

        var container = running[_random.Next(running.Count)];
        var training = _workload.TrainingOf(container.Attempt.Attempt.Job);
        var number = container.Attempt.Attempt.Number;
        Note(() => $"training {container.Attempt.Attempt} ends with {training.ExitCodeOf(number)}");
        Hint(_runtime.End(container.Attempt, training.ExitCodeOf(number), training.IsOutOfMemory && number > training.Failures));
    }

    private void ChangeSettings(SimulatedHost host, double need)
    {
        host.Need = need;
        Note(() => $"host {host.Number}: each container gets {host.Need} processors from now on");
        if (host.IsDeciding)
        {
            host.Events.Add(new TrackerEvent.Configured([]));
        }
    }

    private void RemoveByHand()
    {
        var containers = _runtime.Containers.ToList();
        var container = containers[_random.Next(containers.Count)];
        Note(() => $"by hand: remove {container.Attempt.Attempt}");
        _disturbed.Add(container.Attempt);
        Hint(_runtime.Remove(container.Attempt)!);
    }

    private void BreakStream(SimulatedHost host)
    {
        Note(() => $"host {host.Number}: the stream of hints breaks");
        host.Events.RemoveAll(e => e is TrackerEvent.Observed);
        host.Events.Add(new TrackerEvent.HintsInterrupted(SimulatedHost.Machine));
    }

    private void ToggleMachine()
    {
        _runtime.IsDown = !_runtime.IsDown;
        Note(() => _runtime.IsDown ? "machine out of reach" : "machine back");
    }

    private void ToggleStore()
    {
        _isStoreDown = !_isStoreDown;
        Note(() => _isStoreDown ? "store out of reach" : "store back");
    }

    private void Hint(ContainerObservation container)
    {
        foreach (var host in _hosts.Where(h => h.IsDeciding))
        {
            host.Events.Add(new TrackerEvent.Observed(SimulatedHost.Machine, container));
        }
    }
}
