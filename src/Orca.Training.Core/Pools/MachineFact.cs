using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Pools;

/// <summary>What the settings of pools are checked against: a machine of the host, before its runtime is made.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Capacity">What it has for trainings, where code says so; null for all that its runtime reports.</param>
internal sealed record MachineFact(string Name, Resources? Capacity);
