using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Pools;
using Orca.Training.Scheduling.Facts;

namespace Orca.Training.Tracking;

/// <summary>What decides about starts, from the settings: one reading of them for the decider and for every view of the queue.</summary>
internal static class Demands
{
    /// <summary>What an attempt of a request would be given.</summary>
    public static Demand Of(TrainingRequest request, OrcaTrainingOptions options)
    {
        var needs = RankNeeds.Of(options.Algorithms, request);
        return new Demand(needs.EachRank, request.Workers, needs.GpuKind);
    }

    /// <summary>The pool in which a job waits; empty where there is the one for everybody.</summary>
    public static string PoolOf(Job job, PoolSettings pools) => pools.Of(job, out var isKnown)?.Name ?? (isKnown ? "" : job.Pool ?? "");

    /// <summary>The pools.</summary>
    public static IReadOnlyList<PoolFacts> PoolsOf(PoolSettings pools) =>
    [
        .. pools.All.Select(p => new PoolFacts(p.Name)
        {
            Weight = p.Weight,
            Shares = p.Machines.ToDictionary(m => m.Machine, m => m.Owned, StringComparer.Ordinal),
            Most = LimitOf(p.Most),
            PerUser = LimitOf(p.PerUser),
            HalfLife = p.HalfLife,
            LongestTurn = p.LongestTurn,
        }),
    ];

    private static UseLimit LimitOf(PoolLimit limit) => new(limit.Jobs, limit.Cpus, limit.MemoryBytes, limit.Gpus);
}
