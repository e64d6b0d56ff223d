using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Testing.Simulation;

/// <summary>How a simulated run is made.</summary>
internal sealed record SimulationSettings
{
    /// <summary>How many jobs are submitted.</summary>
    public int Jobs { get; init; } = 8;

    /// <summary>How many steps faults happen for; then all heals and everything must come to its end.</summary>
    public int FaultySteps { get; init; } = 400;

    /// <summary>How many attempts may be open at once.</summary>
    public int Slots { get; init; } = 2;

    /// <summary>Whether the machine copies folders, so that what an attempt wrote must be fetched.</summary>
    public bool CopiesFolders { get; init; }

    /// <summary>How many of the last steps a failure shows.</summary>
    public int TraceLength { get; init; } = 40;

    /// <summary>The policy; a planted bug may replace it.</summary>
    public ICapacityPolicy? Policy { get; init; }

    /// <summary>A bug to be found, or none.</summary>
    public PlantedBug Bug { get; init; } = new();
}

/// <summary>What a planted bug can change: nothing, in this one.</summary>
internal class PlantedBug
{
    /// <summary>Changes what enters the step.</summary>
    public virtual IEnumerable<Tracking.TrackerEvent> Enter(Tracking.TrackerEvent happened) => [happened];

    /// <summary>Changes what the step wants.</summary>
    public virtual void Leave(Tracking.TrackerEvent happened, List<Tracking.TrackerEffect> effects)
    {
    }

    /// <summary>Applies a command instead of the store; null leaves it to the store.</summary>
    public virtual Jobs.Storage.CommandResult? Apply(SimulatedStore store, Jobs.JobCommand.OnJob command) => null;
}
