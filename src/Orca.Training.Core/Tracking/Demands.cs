using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Scheduling.Facts;

namespace Orca.Training.Tracking;

/// <summary>What decides about starts, from the settings: one reading of them for the decider and for every view of the queue.</summary>
internal static class Demands
{
    /// <summary>What an attempt of a request would be given.</summary>
    public static Demand Of(TrainingRequest request, OrcaTrainingOptions options) =>
        new(options.Algorithms.TryGetValue(request.Algorithm, out var algorithm) ? ContainerContract.Needs(algorithm) : default, request.Workers);

    /// <summary>The pools.</summary>
    public static IReadOnlyList<PoolFacts> PoolsOf(OrcaTrainingOptions options) => [];
}
