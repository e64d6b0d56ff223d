using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Machines;

/// <summary>
/// What each rank of a training needs, as the settings are now: the one place that says it, for the scheduler, the launch and the status. An attempt
/// under way counts as what is on record with it (<see cref="Grant"/>).
/// </summary>
/// <param name="EachRank">The resources of each rank.</param>
/// <param name="GpuKind">The kind of its GPUs; null for any.</param>
internal readonly record struct RankNeeds(Resources EachRank, string? GpuKind)
{
    /// <summary>What the request asks for, and what it leaves out as its algorithm gives it. Pure.</summary>
    /// <param name="algorithm">The settings of the request's algorithm; null where it is there no more.</param>
    /// <param name="request">The request.</param>
    public static RankNeeds Of(AlgorithmOptions? algorithm, TrainingRequest request)
    {
        var asked = request.Resources;
        return new RankNeeds(
            new Resources(
                asked?.Cpus ?? algorithm?.Cpus ?? 0,
                (long)(asked?.MemoryMiB ?? algorithm?.MemoryMiB ?? 0) << 20,
                asked?.Gpus ?? algorithm?.Gpus ?? 0),
            asked?.GpuKind);
    }

    /// <summary>The same with the settings that the request's algorithm is found in.</summary>
    public static RankNeeds Of(IDictionary<string, AlgorithmOptions> algorithms, TrainingRequest request) =>
        Of(algorithms.TryGetValue(request.Algorithm, out var algorithm) ? algorithm : null, request);
}
