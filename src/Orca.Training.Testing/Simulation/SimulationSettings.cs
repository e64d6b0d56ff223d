using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Tracking;

namespace Orca.Training.Testing.Simulation;

/// <summary>How a simulated run is made.</summary>
internal sealed record SimulationSettings
{
    /// <summary>How many hosts share the store and the machine.</summary>
    public int Hosts { get; init; } = 2;

    /// <summary>About how many jobs are submitted.</summary>
    public int Jobs { get; init; } = 8;

    /// <summary>How many steps faults happen for; then all heals and everything must come to its end.</summary>
    public int FaultySteps { get; init; } = 400;

    /// <summary>How many attempts may be open at once.</summary>
    public int Slots { get; init; } = 2;

    /// <summary>Whether the machine copies folders, so that what an attempt wrote must be fetched.</summary>
    public bool CopiesFolders { get; init; }

    /// <summary>How many of the last steps a failure shows.</summary>
    public int TraceLength { get; init; } = 60;

    /// <summary>The policy; a planted bug may replace it.</summary>
    public ICapacityPolicy? Policy { get; init; }

    /// <summary>Makes the bug that is to be found; none without.</summary>
    public Func<PlantedBug> Bug { get; init; } = () => new PlantedBug();
}

/// <summary>What a planted bug can change: nothing, in this one. Each run has one of its own.</summary>
internal class PlantedBug
{
    /// <summary>Whether the store forgets the keys of submissions.</summary>
    public virtual bool ForgetsKeys => false;

    /// <summary>Whether a host goes on deciding when the store has told it that another one does.</summary>
    public virtual bool IgnoresRefusals => false;

    /// <summary>Whether a host forgets which job a step failed about.</summary>
    public virtual bool BlamesNobody => false;

    /// <summary>Whether a host waits by its wall clock.</summary>
    public virtual bool CountsByTheWallClock => false;

    /// <summary>Changes what enters the step.</summary>
    public virtual IEnumerable<TrackerEvent> Enter(TrackerEvent happened) => [happened];

    /// <summary>Changes what the step wants.</summary>
    public virtual void Leave(TrackerEvent happened, List<TrackerEffect> effects)
    {
    }

    /// <summary>Applies a command instead of the store; null leaves it to the store.</summary>
    public virtual CommandResult? Apply(SimulatedStore store, JobCommand.OnJob command) => null;
}
