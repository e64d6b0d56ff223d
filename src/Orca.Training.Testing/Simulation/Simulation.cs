using System.Globalization;
using Orca.Training.Jobs;
using Orca.Training.Scheduling;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Tracking;

namespace Orca.Training.Testing.Simulation;

/// <summary>
/// Runs the tracker's real step and scheduler on a model store and a model machine, with the interleaving and the faults drawn
/// from a seed: crashes before and after each effect, effects of a crashed host that land late, events that are lost, late,
/// doubled and reordered, machine and store out of reach, containers removed by hand. All invariants are checked after each step;
/// then the faults end, and everything must come to rest. The same seed and settings give the same run.
/// </summary>
internal sealed partial class Simulation
{
    private const string Machine = "m";
    private const int MostRestSteps = 20_000;
    private static readonly InstallationId Installation = new("sim");

    private readonly int _seed;
    private readonly SimulationSettings _settings;
    private readonly Random _random;
    private readonly SimulatedStore _store = new();
    private readonly SimulatedRuntime _runtime = new();
    private readonly Invariants _invariants;
    private readonly Dictionary<JobId, SimulatedTraining> _trainings = [];
    private readonly HashSet<AttemptName> _disturbed = [];
    private readonly List<Wanted> _effects = [];
    private readonly List<TrackerEvent> _events = [];
    private readonly List<string> _trace = [];
    private DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private TrackerCore _core = null!;
    private long _term;
    private int _cursor;
    private bool _isStoreDown;
    private bool _isFaulty = true;

    private Simulation(int seed, SimulationSettings settings)
    {
        _seed = seed;
        _settings = settings;
        _random = new Random(seed);
        _invariants = new Invariants(_store, _runtime, settings, Installation);
    }

    /// <summary>Runs one seed to its rest.</summary>
    /// <exception cref="SimulationFailure">An invariant does not hold.</exception>
    /// <returns>How many steps it took.</returns>
    public static int Run(int seed, SimulationSettings settings)
    {
        var simulation = new Simulation(seed, settings);
        simulation.Restart();
        for (var i = 0; i < settings.FaultySteps; i++)
        {
            simulation.Do(simulation.RandomAction());
        }

        return settings.FaultySteps + simulation.ComeToRest();
    }

    /// <summary>Ends all faults and lets everything that is left happen, in order.</summary>
    private int ComeToRest()
    {
        Note("faults end");
        _isFaulty = false;
        _isStoreDown = false;
        _runtime.IsDown = false;
        var steps = 0;
        for (; steps < MostRestSteps && !IsAtRest(); steps++)
        {
            Do(OrderedAction());
        }

        if (!IsAtRest())
        {
            Fail($"1: every submission reaches a final state, but after {steps} steps without faults these are open: {string.Join(", ", _core.OpenJobs.Select(j => $"{j.Id} {j.State}"))}");
        }

        _invariants.CheckRest(id => _trainings[id], _disturbed);
        Check();
        return steps;
    }

    private bool IsAtRest() =>
        _effects.Count == 0 && _events.Count == 0 && _cursor == _store.Changes.Count && _core.IsIdle
        && _store.Jobs.All(j => j.State.IsFinal()) && !_runtime.Containers.Any();

    private void Do(Action action)
    {
        action();
        Check();
    }

    private void Check()
    {
        _invariants.CheckStep();
        if (_invariants.Broken is { } rule)
        {
            Fail(rule);
        }
    }

    private void Fail(string rule) => throw new SimulationFailure(rule, _seed, string.Join('\n', _trace.TakeLast(_settings.TraceLength)));

    private void Note(string what) => _trace.Add(string.Create(CultureInfo.InvariantCulture, $"{(_now - new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds,8:0.0} s  {what}"));

    /// <summary>A host starts: all that the last one knew is gone.</summary>
    private void Restart()
    {
        _events.Clear();
        _term = _store.NextTerm();
        var settings = new TrackerSettings { Installation = Installation, RemoveLeftovers = true, CopyingMachines = new HashSet<string>(_settings.CopiesFolders ? [Machine] : []) };
        var policy = _settings.Policy ?? CapacityPolicies.Jobs(_settings.Slots);
        var scheduler = new Scheduler([new MachineOffer(Machine, default)], policy, _ => default);
        _core = new TrackerCore(settings, scheduler, [Machine], _ => 1 << 30);
        _cursor = _store.Changes.Count;
        Step(new TrackerEvent.Loaded([.. _store.Jobs.Where(j => !j.State.IsFinal())]));
    }

    private void Step(TrackerEvent happened)
    {
        var wanted = new List<TrackerEffect>();
        foreach (var entering in _settings.Bug.Enter(happened))
        {
            _core.Step(entering, _now, wanted);
        }

        _settings.Bug.Leave(happened, wanted);
        foreach (var effect in wanted)
        {
            Note($"    wants {Describe(effect)}");
            _effects.Add(new Wanted(effect, _term));
        }
    }

    /// <summary>An effect, and whose term wanted it.</summary>
    private readonly record struct Wanted(TrackerEffect Effect, long Term);
}
