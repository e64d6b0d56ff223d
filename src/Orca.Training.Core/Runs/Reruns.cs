using Orca.Training.Jobs;

namespace Orca.Training.Runs;

/// <summary>How a run is repeated exactly: the same dataset version, parameters, image and command, whatever its algorithm is by now. Pure.</summary>
internal static class Reruns
{
    /// <summary>The request that repeats a run.</summary>
    /// <param name="run">The run; it has executed something.</param>
    public static TrainingRequest RequestOf(Run run) => new()
    {
        Algorithm = run.Request.Algorithm,
        DatasetId = run.Request.DatasetId,
        DatasetVersion = run.Request.DatasetVersion,
        Name = run.Request.Name,
        OutputModelName = run.Request.OutputModelName,
        InputModel = run.Request.InputModel,
        Parameters = run.Execution?.Parameters ?? run.Request.Parameters,
        Labels = run.Request.Labels,
        Workers = run.Request.Workers,
        Group = run.Request.Group,
        Pool = run.Request.Pool,
        Priority = run.Request.Priority,
        Resources = run.Request.Resources,
        Timeouts = run.Request.Timeouts,
        Retries = run.Request.Retries,
        RerunOf = run.Job,
    };

    /// <summary>An algorithm as it was when a run executed it; what the run does not say, such as limits, is as it is now.</summary>
    public static AlgorithmOptions Pinned(AlgorithmOptions algorithm, Execution before)
    {
        var pinned = new AlgorithmOptions
        {
            Image = before.Digest,
            // A name with a digest means one content for ever, and what has no name in a registry cannot be pulled.
            Pull = before.Digest.Contains('@', StringComparison.Ordinal) ? ImagePullPolicy.IfMissing : ImagePullPolicy.Never,
            Registry = algorithm.Registry,
            RegistryProvider = algorithm.RegistryProvider,
            CheckpointKeep = algorithm.CheckpointKeep,
            Cpus = algorithm.Cpus,
            MemoryMiB = algorithm.MemoryMiB,
            ShmMiB = algorithm.ShmMiB,
            Gpus = algorithm.Gpus,
        };
        foreach (var word in before.Command)
        {
            pinned.Command.Add(word);
        }

        return pinned;
    }
}
