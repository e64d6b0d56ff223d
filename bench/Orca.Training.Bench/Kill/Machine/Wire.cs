using System.Text.Json;
using System.Text.Json.Serialization;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Bench.Kill.Machine;

/// <summary>What can be asked of the machine's process: one call is one connection, the question its first line.</summary>
internal enum MachineCall
{
    Describe,
    Start,
    List,
    Watch,
    ReadOutput,
    Fetch,
    Stop,
    Remove,
    Ledger,
}

/// <summary>A call; only what it needs is set.</summary>
internal sealed record Question(MachineCall Call)
{
    public string Application { get; init; } = "";

    public InstallationId? Installation { get; init; }

    /// <summary>The attempt that it is about; null where it is about none.</summary>
    public AttemptName? About { get; init; }

    /// <summary>The same, of a call that is about one.</summary>
    [JsonIgnore]
    public AttemptName Attempt => About ?? throw new InvalidOperationException($"A call '{Call}' names an attempt.");

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the host wants what the training leaves; null when it fetches that later.</summary>
    public string? OutputFolder { get; init; }

    public OutputPosition After { get; init; }

    public TimeSpan Grace { get; init; }
}

/// <summary>A line of an answer; a stream has many.</summary>
internal sealed record Answer
{
    public string? Error { get; init; }

    public string? Incarnation { get; init; }

    public string? Deferred { get; init; }

    public string? Refused { get; init; }

    public IReadOnlyList<ContainerObservation> Containers { get; init; } = [];

    public OutputLine? Line { get; init; }

    public IReadOnlyList<ContainerLife> Lives { get; init; } = [];

    /// <summary>Where the machine keeps what the attempt wrote.</summary>
    public string? Folder { get; init; }
}

/// <summary>What became of one container, as the machine itself saw it: what is on record has to agree with this.</summary>
/// <param name="Attempt">Whose it was.</param>
/// <param name="Incarnation">The machine's id of it.</param>
internal sealed record ContainerLife(AttemptName Attempt, string Incarnation)
{
    public int? ExitCode { get; init; }

    public bool OutOfMemory { get; init; }

    public bool IsRemoved { get; init; }
}

[JsonSerializable(typeof(Question))]
[JsonSerializable(typeof(Answer))]
internal sealed partial class Wire : JsonSerializerContext
{
    public static ReadOnlyMemory<byte> LineOf(Question question) => Line(JsonSerializer.SerializeToUtf8Bytes(question, Default.Question));

    public static ReadOnlyMemory<byte> LineOf(Answer answer) => Line(JsonSerializer.SerializeToUtf8Bytes(answer, Default.Answer));

    private static byte[] Line(byte[] json) => [.. json, (byte)'\n'];
}
