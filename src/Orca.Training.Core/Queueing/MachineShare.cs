using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Queueing;

/// <summary>A machine, as a pool sees it.</summary>
/// <param name="Machine">Its name.</param>
/// <param name="Owned">What the pool owns of it.</param>
/// <param name="Used">What the trainings of the pool have of it.</param>
/// <param name="Total">What it has in all; nothing where it did not say.</param>
/// <param name="Open">How many trainings of the pool are launching or running there.</param>
internal readonly record struct MachineShare(string Machine, Resources Owned, Resources Used, Resources Total, int Open);
