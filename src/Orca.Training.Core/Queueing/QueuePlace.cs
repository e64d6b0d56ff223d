using Orca.Training.Jobs;

namespace Orca.Training.Queueing;

/// <summary>Where a waiting job stands, and why it has not started.</summary>
/// <param name="Position">From 1.</param>
/// <param name="Why">The reasons in words, the most hindering first; null if nothing but its turn is known to be missing.</param>
/// <param name="Reasons">The same reasons one by one; null if they are not known.</param>
internal readonly record struct QueuePlace(int Position, string? Why, IReadOnlyList<WaitReason>? Reasons);
