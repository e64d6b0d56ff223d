using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Scheduling.Facts;

/// <summary>What a machine has.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Supply">What it has; nothing at all until it is known.</param>
/// <param name="GpuKind">The kind of its GPUs; null where it is not told.</param>
internal readonly record struct MachineFacts(string Name, Resources Supply, string? GpuKind = null);
