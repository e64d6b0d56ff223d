using System.Text.Json;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>Requests and statuses that leave nothing out.</summary>
internal static class Samples
{
    private const string Unicode = "Übung 模型 🐋 \u200f\t\"'\\%";

    private static readonly DateTimeOffset Noon = new(2026, 8, 22, 12, 0, 0, 123, TimeSpan.FromHours(2));

    public static TrainingRequest Request => new()
    {
        Algorithm = "cnn",
        DatasetId = "digits",
        DatasetVersion = "0a1b",
        Name = Unicode,
        OutputModelName = "model",
        InputModel = "model:3",
        Parameters = new Dictionary<string, string> { ["EPOCHS"] = "3", ["LR"] = "", ["NOTE"] = Unicode },
        Labels = new Dictionary<string, string> { ["team"] = "vision", [Unicode] = Unicode },
        Workers = 4,
        Group = Unicode,
        IdempotencyKey = "order 17",
        DependsOn = [new JobId(3), new JobId(long.MaxValue)],
        IsHeld = true,
        Pool = Unicode,
        Priority = -7,
        Resources = new TrainingResources { Cpus = 0.1, MemoryMiB = int.MaxValue, Gpus = 3, GpuKind = Unicode },
        Timeouts = new TrainingTimeouts { Queued = TimeSpan.FromTicks(1), Launching = TimeSpan.FromDays(30), NoProgress = TimeSpan.FromMinutes(30) },
        Retries = new RetryPolicy { MaxRetries = 3, On = [OutcomeCode.OutOfMemory, new OutcomeCode("Own")], FirstPause = TimeSpan.Zero, LongestPause = TimeSpan.FromSeconds(1.5) },
    };

    public static TrainingSweep Sweep => new()
    {
        Request = Installation.Request with { Name = "search", Parameters = new Dictionary<string, string> { ["EPOCHS"] = "3" } },
        Grid = [new SweepParameter("LR", ["0.1", "0.01"]), new SweepParameter("BATCH_SIZE", ["32", "64", "128"])],
    };

    public static TrainingStatus Everything => new()
    {
        JobId = new JobId(17),
        Installation = new InstallationId("b1c2"),
        User = Unicode,
        LeftOut = ["artifacts"],
        Revision = 9,
        State = JobState.Failed,
        Message = Unicode,
        Request = Request with { RerunOf = new JobId(9) },
        QueuePosition = 3,
        HeldAt = Noon,
        HeldBy = "bob",
        NotBefore = Noon.AddTicks(7),
        ModelVersion = 3,
        Attempt = 2,
        Attempts =
        [
            new Attempt
            {
                Number = 1,
                Machine = Unicode,
                CreatedAt = Noon,
                StartedAt = Noon.AddTicks(1),
                EndedAt = Noon.AddDays(1),
                Incarnations = ["c1", "c2"],
                Execution = new Execution("img:1", "sha256:ab", ["server"], new Dictionary<string, string> { ["LR"] = "0.1" }),
                Outcome = new Outcome(OutcomeCode.NonZeroExit, Unicode, 3),
            },
            new Attempt { Number = 2, Machine = "m", CreatedAt = Noon.AddDays(2) },
        ],
        Phase = new LaunchPhase(LaunchStep.PullingImage, 0.25, "layer 3 of 7"),
        Progress = new TrainingProgress
        {
            Done = 1.5,
            Total = 20,
            Metrics = new Dictionary<string, double> { ["loss"] = 0.41, ["nan"] = double.NaN, ["inf"] = double.NegativeInfinity, [Unicode] = double.Epsilon },
        },
        Outcome = new Outcome(new OutcomeCode("SomeNewCode"), Unicode, -1),
        Artifacts =
        [
            new Artifact("model/weights.bin", new Uri("s3://bucket/a%20b/weights.bin?v=1#x"), long.MaxValue, new string('f', 64)),
            new Artifact("log.txt", new Uri("file:///srv/jobs/17/2/log.txt"), 0, ""),
        ],
        SubmittedAt = Noon,
        StartedAt = Noon.AddTicks(1),
        FinishedAt = Noon.AddDays(400),
        CancelRequestedAt = Noon.AddSeconds(-1),
        CancelRequestedBy = "ann",
        Team = "vision",
        Pool = "night",
    };

    public static TrainingStatus Least => new()
    {
        JobId = new JobId(1),
        Revision = 1,
        State = JobState.Queued,
        Message = "",
        Request = new TrainingRequest { Algorithm = "", DatasetId = "" },
        SubmittedAt = DateTimeOffset.MinValue,
    };

    public static TrainingQuery Query => new()
    {
        States = [JobState.Failed, JobState.Queued],
        User = "ada",
        Algorithm = "cnn",
        DatasetId = "digits",
        Name = "first",
        Group = "sweep",
        Labels = new Dictionary<string, string> { ["team"] = "vision", ["empty"] = "" },
        SubmittedFrom = Noon,
        SubmittedBefore = Noon.AddTicks(1),
        OldestFirst = true,
        PageSize = 7,
        PageToken = "what the page before said",
    };

    public static TrainingStatus Most => Everything with
    {
        JobId = new JobId(long.MaxValue),
        Revision = long.MaxValue,
        QueuePosition = int.MaxValue,
        Attempt = int.MaxValue,
        Request = Request with { Workers = int.MinValue, Priority = int.MinValue, Resources = new TrainingResources { Cpus = double.NaN, Gpus = 0 }, Name = new string('n', 100_000) },
        Phase = new LaunchPhase(LaunchStep.Starting, 0, ""),
        Outcome = new Outcome(new OutcomeCode(""), "", 0),
        Progress = new TrainingProgress { Done = 0, Total = double.MaxValue },
        SubmittedAt = DateTimeOffset.MaxValue,
    };

    /// <summary>A text that is the same for two values exactly if they say the same; instants count, not their offsets.</summary>
    public static string Text<T>(T value) => JsonSerializer.Serialize(value, TextOptions);

    private static readonly JsonSerializerOptions TextOptions = new()
    {
        WriteIndented = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new Instant(), new Sorted<string>(), new Sorted<double>() },
    };

    private sealed class Instant : System.Text.Json.Serialization.JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteNumberValue(value.UtcTicks);
    }

    private sealed class Sorted<T> : System.Text.Json.Serialization.JsonConverter<IReadOnlyDictionary<string, T>>
    {
        public override IReadOnlyDictionary<string, T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.OrderBy(p => p.Key, StringComparer.Ordinal).ToList(), options);
    }
}
