using System.Globalization;
using Orca.Training.Artifacts;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Machines;

/// <summary>What a training container is given: the one place that turns a job into a container's environment and mounts. Pure.</summary>
internal static class ContainerContract
{
    public const string DataPath = "/orca/data";
    public const string OutputPath = "/orca/output";
    public const string CheckpointPath = "/orca/checkpoint";
    private const int OwnVariables = 9;

    public static AttemptSpec Build(
        AttemptName name, string application, Job job, AlgorithmOptions algorithm, Uri data, AttemptPlaces places, TimeSpan stopGrace, string? traceParent = null) => new()
    {
        Name = name,
        Application = application,
        Image = algorithm.Image,
        Pull = algorithm.Pull,
        Registry = RegistryOf(algorithm),
        Command = algorithm.Command.ToArray(),
        Environment = Environment(name, job, algorithm, traceParent),
        Ranks = job.Request.Workers,
        Limits = Needs(algorithm),
        Mounts = new[] { new FolderMount(data.LocalPath, DataPath, IsReadOnly: true), OutputOf(places), CheckpointOf(places) },
        StopGrace = stopGrace,
    };

    /// <summary>The folders that an attempt writes.</summary>
    public static IReadOnlyList<FolderMount> Written(AttemptPlaces places) => [OutputOf(places), CheckpointOf(places)];

    /// <summary>What one rank of an algorithm may use.</summary>
    public static Resources Needs(AlgorithmOptions algorithm) => new(algorithm.Cpus, (long)algorithm.MemoryMiB << 20, algorithm.Gpus);

    private static FolderMount OutputOf(AttemptPlaces places) => new(places.Output.LocalPath, OutputPath, IsReadOnly: false);

    private static FolderMount CheckpointOf(AttemptPlaces places) => new(places.Checkpoint.LocalPath, CheckpointPath, IsReadOnly: false);

    private static Func<CancellationToken, ValueTask<RegistryCredentials?>>? RegistryOf(AlgorithmOptions algorithm) =>
        algorithm.RegistryProvider ?? (algorithm.Registry is null ? null : Always(algorithm.Registry with { }));

    private static Func<CancellationToken, ValueTask<RegistryCredentials?>> Always(RegistryCredentials credentials) =>
        _ => ValueTask.FromResult<RegistryCredentials?>(credentials);

    private static SortedList<string, string> Environment(AttemptName name, Job job, AlgorithmOptions algorithm, string? traceParent)
    {
        var variables = new SortedList<string, string>(OwnVariables + algorithm.Parameters.Count + job.Request.Parameters.Count, StringComparer.Ordinal);
        AddParameters(algorithm.Parameters, variables);
        AddParameters(job.Request.Parameters, variables);
        variables["ORCA_JOB_ID"] = job.Id.ToString();
        variables["ORCA_ATTEMPT"] = name.Attempt.Number.ToString(CultureInfo.InvariantCulture);
        variables["ORCA_OUTPUT_PATH"] = OutputPath;
        variables["ORCA_CHECKPOINT_PATH"] = CheckpointPath;
        variables["ALGORITHM_NAME"] = job.Request.Algorithm;
        variables["TRAINING_DATA_PATH"] = DataPath;
        variables["TRAINING_DATASET_ID"] = job.Request.DatasetId;
        variables["TRAINING_DATASET_VERSION_HASH"] = job.Request.DatasetVersion;
        if (traceParent is not null)
        {
            variables["TRACEPARENT"] = traceParent;
        }

        return variables;
    }

    private static void AddParameters(IEnumerable<KeyValuePair<string, string>> parameters, SortedList<string, string> variables)
    {
        foreach (var (key, value) in parameters)
        {
            if (!ReservedVariables.Contains(key))
            {
                variables[key] = value;
            }
        }
    }
}
