using System.Globalization;
using System.Text.Json;
using Orca.Training.Access;
using Orca.Training.Artifacts;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Machines;

/// <summary>What a training container is given: the one place that turns a job into a container's environment and mounts. Pure.</summary>
internal static class ContainerContract
{
    public const string DataPath = "/orca/data";
    public const string OutputPath = OutputLinks.SeenAt;
    public const string CheckpointPath = "/orca/checkpoint";
    public const string ModelPath = "/orca/model";
    private const int OwnVariables = 28;

    private static readonly string[] ThreadVariables =
        ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "RAYON_NUM_THREADS"];

    public static AttemptSpec Build(
        AttemptName name, string application, Job job, AlgorithmOptions algorithm, AttemptInputs inputs, TimeSpan stopGrace, string? traceParent = null) => new()
    {
        Name = name,
        Application = application,
        Image = algorithm.Image,
        Pull = algorithm.Pull,
        Registry = RegistryOf(algorithm),
        Command = algorithm.Command.ToArray(),
        Environment = Environment(name, job, algorithm, inputs, traceParent),
        Ranks = job.Request.Workers,
        Limits = LimitsOf(job, algorithm),
        SharedMemoryBytes = (long?)algorithm.ShmMiB << 20 is { } shared ? Math.Min(shared, LimitsOf(job, algorithm).MemoryBytes) : null,
        Mounts = [.. ReadOf(inputs.Data, DataPath), .. Written(inputs.Places), .. ReadOf(inputs.Model, ModelPath)],
        StopGrace = stopGrace,
    };

    /// <summary>The folders that an attempt writes; none where it writes to a server.</summary>
    public static IReadOnlyList<FolderMount> Written(AttemptPlaces places) => [.. WrittenOf(places.Output, OutputPath), .. WrittenOf(places.Checkpoint, CheckpointPath)];

    /// <summary>
    /// All parameters of a job: its own, and the algorithm's for those that it leaves out. What the algorithm declares is a default like the others.
    /// What differs by case alone counts as given: the algorithm may have got it since the submission.
    /// </summary>
    public static SortedList<string, string> Parameters(TrainingRequest request, AlgorithmOptions algorithm)
    {
        var parameters = new SortedList<string, string>(OwnVariables + algorithm.Parameters.Count + request.Parameters.Count, StringComparer.Ordinal);
        var given = request.Parameters.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase);
        AddParameters(
            algorithm.DeclaredParameters.Where(p => p.Value?.Default is not null && !given.Contains(p.Key)).Select(p => KeyValuePair.Create(p.Key, p.Value.Default!)),
            parameters);
        AddParameters(algorithm.Parameters.Where(p => !given.Contains(p.Key)), parameters);
        AddParameters(request.Parameters, parameters);
        return parameters;
    }

    /// <summary>What each rank was given when the attempt was recorded: the settings may have changed since, and nothing else is counted.</summary>
    private static Resources LimitsOf(Job job, AlgorithmOptions algorithm) =>
        job.OpenAttempt?.Given is { } given ? new Resources(given.Cpus, given.MemoryBytes, given.Gpus) : RankNeeds.Of(algorithm, job.Request).EachRank;

    private static FolderMount[] ReadOf(Uri? place, string path) => place is { IsFile: true } ? [new(place.LocalPath, path, IsReadOnly: true)] : [];

    private static FolderMount[] WrittenOf(Uri place, string path) => place.IsFile ? [new(place.LocalPath, path, IsReadOnly: false)] : [];

    private static Func<CancellationToken, ValueTask<RegistryCredentials?>>? RegistryOf(AlgorithmOptions algorithm) =>
        algorithm.RegistryProvider ?? (algorithm.Registry is null ? null : Always(algorithm.Registry with { }));

    private static Func<CancellationToken, ValueTask<RegistryCredentials?>> Always(RegistryCredentials credentials) =>
        _ => ValueTask.FromResult<RegistryCredentials?>(credentials);

    private static SortedList<string, string> Environment(AttemptName name, Job job, AlgorithmOptions algorithm, AttemptInputs inputs, string? traceParent)
    {
        var variables = Parameters(job.Request, algorithm);
        // Before anything else joins them: a training tells its parameters from other variables by this list alone.
        variables["ORCA_PARAMETERS"] = variables.Count == 0 ? "[]" : JsonOf(json => WriteNames([.. variables.Keys], json));
        AddThreads(LimitsOf(job, algorithm).Cpus, variables);
        variables["ORCA_JOB_ID"] = job.Id.ToString();
        variables["ORCA_ATTEMPT"] = name.Attempt.Number.ToString(CultureInfo.InvariantCulture);
        variables["ORCA_OUTPUT_PATH"] = PathOf(inputs.Places.Output, OutputPath);
        variables["ORCA_CHECKPOINT_PATH"] = PathOf(inputs.Places.Checkpoint, CheckpointPath);
        if (algorithm.CheckpointKeep.Length > 0)
        {
            variables["ORCA_CHECKPOINT_KEEP"] = algorithm.CheckpointKeep;
        }

        variables["ALGORITHM_NAME"] = job.Request.Algorithm;
        AddData(inputs.Data, variables);
        AddOutput(inputs.Places.Output, variables);
        AddModel(inputs, variables);
        variables["TRAINING_DATASET_ID"] = job.Request.DatasetId;
        variables["TRAINING_DATASET_VERSION_HASH"] = job.Request.DatasetVersion;
        if (traceParent is not null)
        {
            variables["TRACEPARENT"] = traceParent;
        }

        // Last: nothing else may stand for what opens its places.
        foreach (var (variable, value) in inputs.Grant?.Environment ?? System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty)
        {
            variables[variable] = value;
        }

        return variables;
    }

    /// <summary>
    /// A limit on processors does not change how many a program sees: numerical libraries would start a thread for each of the machine's, which
    /// then wait for each other. That they wait without turning over costs one of few processors nothing.
    /// </summary>
    private static void AddThreads(double cpus, SortedList<string, string> variables)
    {
        var threads = Math.Max(1, (int)Math.Min(cpus, int.MaxValue)).ToString(CultureInfo.InvariantCulture);
        foreach (var variable in ThreadVariables)
        {
            variables.TryAdd(variable, threads);
        }

        variables.TryAdd("OMP_WAIT_POLICY", "PASSIVE");
    }

    private static void AddData(Uri data, SortedList<string, string> variables)
    {
        if (S3Address.TryRead(data, out var address))
        {
            variables["TRAINING_DATA_BUCKET"] = address.Bucket;
            variables["TRAINING_DATA_PATH"] = address.Key;
        }
        else
        {
            variables["TRAINING_DATA_PATH"] = DataPath;
        }
    }

    private static void AddOutput(Uri output, SortedList<string, string> variables)
    {
        if (S3Address.TryRead(output, out var address))
        {
            variables["MODEL_BUCKET"] = address.Bucket;
            variables["MODEL_OBJECT_PREFIX"] = address.Key;
        }
    }

    private static void AddModel(AttemptInputs inputs, SortedList<string, string> variables)
    {
        if (inputs.Model is { } model)
        {
            variables["ORCA_MODEL_PATH"] = PathOf(model, ModelPath);
            variables["ORCA_MODEL_FILES"] = JsonOf(json => WriteModelFiles(inputs.ModelFiles, json));
        }
    }

    private static void WriteModelFiles(IReadOnlyList<Artifact> files, Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var file in files)
        {
            json.WriteStartObject();
            json.WriteString("name", file.Name);
            json.WriteNumber("size", file.Size);
            json.WriteString("sha256", file.Sha256);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteNames(string[] names, Utf8JsonWriter json)
    {
        json.WriteStartArray();
        Array.ForEach(names, json.WriteStringValue);
        json.WriteEndArray();
    }

    private static string JsonOf(Action<Utf8JsonWriter> write)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            write(json);
        }

        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }

    private static string PathOf(Uri place, string folder) => S3Address.TryRead(place, out var address) ? address.ToString() : folder;

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
