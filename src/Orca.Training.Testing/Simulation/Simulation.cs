using Orca.Training.Clocks;
using Orca.Training.Jobs;
using Orca.Training.Tracking;

namespace Orca.Training.Testing.Simulation;

/// <summary>
/// Runs the tracker's real step and scheduler, on each of several hosts, against a model store and a model machine, with the interleaving
/// and the faults drawn from a seed: hosts that crash before and after each effect, that stand still while their lease goes to another and
/// then go on, whose clocks jump; effects of a host that is gone that land late; events that are lost, late, doubled and reordered; machine
/// and store out of reach, also after a commit; containers removed by hand. All invariants are checked after each step; then the faults
/// end, and everything must come to rest. The same seed and settings give the same run.
/// </summary>
internal sealed partial class Simulation
{
    private const int MostRestSteps = 20_000;
    private static readonly DateTimeOffset Epoch = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SimulationSettings _settings;
    private readonly PlantedBug _bug;
    private readonly Random _random;
    private readonly SimulatedStore _store = new();
    private readonly SimulatedRuntime _runtime = new();
    private readonly Workload _workload;
    private readonly Invariants _invariants;
    private readonly SimulatedHost[] _hosts;
    private readonly HashSet<AttemptName> _disturbed = [];
    private readonly List<Wanted> _effects = [];
    private readonly List<TrackerEffect> _wanted = [];
    private readonly Trace _trace;
    private DateTimeOffset _now = Epoch;
    private int _holders;
    private bool _isStoreDown;
    private bool _isFaulty = true;

    private Simulation(int seed, SimulationSettings settings, Trace trace)
    {
        _settings = settings;
        _bug = settings.Bug();
        _trace = trace;
        _random = new Random(seed);
        _workload = new Workload(_random);
        _invariants = new Invariants(_store, _runtime, settings, _workload);
        _hosts = [.. Enumerable.Range(0, settings.Hosts).Select(number => new SimulatedHost(number, settings))];
        Array.ForEach(_hosts, host => host.EndTerm(_holders++));
    }

    /// <summary>Runs one seed to its rest.</summary>
    /// <exception cref="SimulationFailure">An invariant does not hold.</exception>
    /// <returns>How many steps it took.</returns>
    public static int Run(int seed, SimulationSettings settings)
    {
        var silent = new Trace(0);
        try
        {
            return new Simulation(seed, settings, silent).Run();
        }
        catch (BrokenRule)
        {
            var trace = new Trace(settings.TraceLength);
            try
            {
                new Simulation(seed, settings, trace).Run();
            }
            catch (BrokenRule again)
            {
                throw new SimulationFailure(again.Message, seed, trace.ToString());
            }

            throw;
        }
    }

    private int Run()
    {
        Elect();
        for (var i = 0; i < _settings.FaultySteps; i++)
        {
            Do(RandomAction());
        }

        return _settings.FaultySteps + ComeToRest();
    }

    /// <summary>Ends all faults and lets everything that is left happen, in order.</summary>
    private int ComeToRest()
    {
        Note(() => "faults end");
        _isFaulty = false;
        _isStoreDown = false;
        _runtime.IsDown = false;
        foreach (var host in _hosts)
        {
            host.IsPaused = false;
            if (host.Need != 1)
            {
                ChangeSettings(host, need: 1);
            }
        }

        foreach (var job in _store.OpenJobs.Where(j => j.HeldAt is not null).ToList())
        {
            _store.Apply(new JobCommand.RequestRelease(job.Id, _now), term: null);
        }

        var steps = 0;
        for (; steps < MostRestSteps && !IsAtRest(); steps++)
        {
            Do(OrderedAction());
        }

        if (!IsAtRest())
        {
            throw new BrokenRule(
                $"1: every submission reaches a final state, but after {steps} steps without faults these are open: {string.Join(", ", _store.OpenJobs.Select(j => $"{j.Id} {j.State}"))}");
        }

        _invariants.CheckRest(_disturbed);
        Check();
        return steps;
    }

    private bool IsAtRest() =>
        _effects.Count == 0 && !_store.OpenJobs.Any() && !_runtime.Containers.Any()
        && Array.TrueForAll(_hosts, h => h.Core is not { } core || (h.Events.Count == 0 && h.Cursor == _store.Changes.Count && core.IsIdle));

    private void Do(Action action)
    {
        action();
        Check();
    }

    private void Check()
    {
        _invariants.CheckStep(_now);
        if (_invariants.Broken is { } rule)
        {
            throw new BrokenRule(rule);
        }
    }

    private void Note(Func<string> what) => _trace.Note(_now - Epoch, what);

    /// <summary>The time that has passed, by the host's clock that never jumps.</summary>
    private TimeSpan SteadyOf(SimulatedHost host) => _now - Epoch + (_bug.CountsByTheWallClock ? host.ClockOffset.Duration() : TimeSpan.Zero);

    private void Step(SimulatedHost host, TrackerEvent happened)
    {
        _wanted.Clear();
        try
        {
            foreach (var entering in _bug.Enter(happened))
            {
                host.Core!.Step(entering, new Now(_now + host.ClockOffset, SteadyOf(host)), _wanted);
            }
        }
        catch (InvalidOperationException e)
        {
            if (host.Core!.At is { } job && !_bug.BlamesNobody)
            {
                host.Suspects.Blame(job, e);
            }

            EndTerm(host, $"could not decide about {host.Core!.At}");
            return;
        }

        _bug.Leave(happened, _wanted);
        foreach (var effect in _wanted)
        {
            Note(() => $"    host {host.Number} wants {Trace.Describe(effect)}");
            _effects.Add(new Wanted(effect, host, host.Term));
        }
    }

    /// <summary>An effect, and which term of which host wanted it.</summary>
    private readonly record struct Wanted(TrackerEffect Effect, SimulatedHost Host, long Term)
    {
        /// <summary>Whether its host still waits for the answer.</summary>
        public bool IsAwaited => Host.Term == Term && Host.IsDeciding;
    }

    private sealed class BrokenRule(string rule) : Exception(rule);
}
