using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Machines;

/// <summary>A named runtime and what it has. Register one as a service for each machine; <c>Use…()</c> of a runtime's package does so.</summary>
/// <param name="Name">Unique within the host; recorded with each attempt, so it must stay the same over restarts.</param>
/// <param name="Runtime">What runs attempts on it.</param>
/// <param name="Capacity">What it has for trainings; null for all that the runtime says it has.</param>
public sealed record Machine(string Name, IContainerRuntime Runtime, Resources? Capacity = null);
