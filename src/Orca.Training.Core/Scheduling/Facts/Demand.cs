using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Scheduling.Facts;

/// <summary>What an attempt needs.</summary>
/// <param name="EachRank">What each of its containers needs.</param>
/// <param name="Ranks">How many containers it has.</param>
/// <param name="GpuKind">The kind of its GPUs; null for any.</param>
internal readonly record struct Demand(Resources EachRank, int Ranks = 1, string? GpuKind = null)
{
    /// <summary>What all containers need together.</summary>
    public Resources Total => EachRank * Ranks;
}
