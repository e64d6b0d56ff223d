using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Testing.Simulation;

/// <summary>A machine as a model: its containers outlive the tracker, and it may be out of reach.</summary>
internal sealed class SimulatedRuntime
{
    private readonly SortedDictionary<string, ContainerObservation> _containers = new(StringComparer.Ordinal);
    private readonly Dictionary<JobId, int> _deferrals = [];
    private readonly HashSet<AttemptName> _completed = [];
    private readonly HashSet<AttemptName> _fetched = [];
    private int _lastIncarnation;

    public bool IsDown { get; set; }

    public IEnumerable<ContainerObservation> Containers => _containers.Values;

    public IEnumerable<ContainerObservation> Running => _containers.Values.Where(c => c.State is ContainerState.Running);

    /// <summary>Whether an attempt's training ended with exit code 0, and so left results.</summary>
    public bool HasCompleted(AttemptName attempt) => _completed.Contains(attempt);

    /// <summary>Whether what an attempt wrote was fetched.</summary>
    public bool HasFetched(AttemptName attempt) => _fetched.Contains(attempt);

    /// <summary>Brings back what an ended attempt wrote; false when its container is gone.</summary>
    public bool Fetch(AttemptName attempt) => Find(attempt) is { State: ContainerState.Ended } && (_fetched.Add(attempt) || true);

    public ContainerObservation? Find(AttemptName attempt) => _containers.GetValueOrDefault(attempt.ContainerOf(0));

    public StartResult Start(AttemptName attempt, SimulatedTraining training, out ContainerObservation? started)
    {
        started = null;
        if (Find(attempt) is { } existing)
        {
            return new StartResult.Started([existing.Incarnation]);
        }

        if (training.CannotStart)
        {
            return new StartResult.Failed(new Outcome(OutcomeCode.ImageNotFound, "The image is not there."));
        }

        var deferrals = _deferrals.GetValueOrDefault(attempt.Attempt.Job);
        if (deferrals < training.Deferrals)
        {
            _deferrals[attempt.Attempt.Job] = deferrals + 1;
            return new StartResult.Deferred("there is no room");
        }

        started = new ContainerObservation
        {
            Attempt = attempt,
            Rank = 0,
            Incarnation = $"c{++_lastIncarnation}",
            State = ContainerState.Running,
        };
        _containers[attempt.ContainerOf(0)] = started;
        return new StartResult.Started([started.Incarnation]);
    }

    public ContainerObservation End(AttemptName attempt, int exitCode, bool isOutOfMemory)
    {
        var ended = Find(attempt)! with { State = ContainerState.Ended, ExitCode = exitCode, OutOfMemory = isOutOfMemory };
        _containers[attempt.ContainerOf(0)] = ended;
        if (exitCode == 0)
        {
            _completed.Add(attempt);
        }

        return ended;
    }

    public ContainerObservation? Remove(AttemptName attempt) =>
        _containers.Remove(attempt.ContainerOf(0), out var removed) ? removed with { State = ContainerState.Removed } : null;
}
