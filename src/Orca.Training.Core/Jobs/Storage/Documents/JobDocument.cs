using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Orca.Training.Jobs.Storage.Documents;

/// <summary>
/// A job as durable stores keep it: one JSON document, with the id beside it. Hosts of two versions may work on one store, so
/// fields are only ever added; what an older host does not know of a document, it writes back as it was. A field that an older document
/// lacks is read as null or zero, whatever its initial value in a new job.
/// </summary>
internal static class JobDocument
{
    /// <summary>Grows by one with every version of the packages that adds a field, so that an older host knows that there is more.</summary>
    public const int Version = 6;

    // A host that does not know these would start the job with other resources, on another pool's machines.
    private const int NeedsPools = 6;

    private static readonly JsonTypeInfo<StoredJob> Stored = MakeTypeInfo();

    /// <summary>A job's document, without its id.</summary>
    public static string Write(Job job)
    {
        if (job.Unknown is not { } unknown)
        {
            return JsonSerializer.Serialize(new StoredJob { Version = Version, Needs = NeedsOf(job), Job = job }, Stored);
        }

        var document = JsonSerializer.SerializeToNode(new StoredJob { Version = unknown.Version, Needs = NeedsOf(job), Job = job }, Stored)!;
        unknown.PutBack(document);
        return document.ToJsonString(Stored.Options);
    }

    /// <summary>The job of a document.</summary>
    /// <exception cref="JobDocumentException">It is not one that this version understands.</exception>
    public static Job Read(JobId id, string document)
    {
        var stored = Parse(id, document);
        if (stored.Needs > Version)
        {
            throw new JobDocumentException(id, $"it needs a host that supports version {stored.Needs} of the job documents, and this host supports version {Version}: upgrade this host");
        }

        var job = stored.Job with { Id = id };
        return stored.Version <= Version ? job : job with { Unknown = UnknownFields.Of(stored.Version, document, JsonSerializer.SerializeToNode(stored, Stored)!) };
    }

    private static int? NeedsOf(Job job) =>
        job.Pool is not null || job.Request is { Pool: not null } or { Priority: not 0 } or { Resources: not null } ? NeedsPools : null;

    private static StoredJob Parse(JobId id, string document)
    {
        try
        {
            return JsonSerializer.Deserialize(document, Stored) ?? throw new JobDocumentException(id, "it is empty");
        }
        catch (JsonException e)
        {
            throw new JobDocumentException(id, e.Message, e);
        }
    }

    private static JsonTypeInfo<StoredJob> MakeTypeInfo()
    {
        var options = new JsonSerializerOptions(JobDocumentContext.Default.Options)
        {
            TypeInfoResolver = JobDocumentContext.Default.WithAddedModifier(LeaveOutWhatIsBeside),
            // The document goes into a database and never into a page.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        return (JsonTypeInfo<StoredJob>)options.GetTypeInfo(typeof(StoredJob));
    }

    /// <summary>The id is the row's own, drawn when the document is written already; the open attempt is one of the attempts.</summary>
    private static void LeaveOutWhatIsBeside(JsonTypeInfo type)
    {
        if (type.Type == typeof(TrainingRequest))
        {
            // Most have none, and a document is not larger for it.
            type.Properties.Single(p => p.Name == "priority").ShouldSerialize = static (_, value) => value is not 0;
        }

        if (type.Type != typeof(Job))
        {
            return;
        }

        foreach (var property in type.Properties.Where(p => p.Name is "id" or "openAttempt"))
        {
            property.IsRequired = false;
            property.ShouldSerialize = static (_, _) => false;
        }
    }
}

/// <summary>A job and the version of what wrote it.</summary>
internal sealed record StoredJob
{
    [JsonPropertyName("v")]
    public required int Version { get; init; }

    /// <summary>The least version that a host has to know to understand the document; null for every version.</summary>
    public int? Needs { get; init; }

    public required Job Job { get; init; }
}

/// <summary>A stored job could not be read.</summary>
internal sealed class JobDocumentException(JobId job, string reason, Exception? inner = null)
    : Exception($"The stored document of job {job} cannot be read: {reason}.", inner);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UseStringEnumConverter = true,
    Converters = [typeof(OutcomeCodeConverter), typeof(JobIdConverter)])]
[JsonSerializable(typeof(StoredJob))]
internal sealed partial class JobDocumentContext : JsonSerializerContext;

/// <summary>An id is its number.</summary>
internal sealed class JobIdConverter : JsonConverter<JobId>
{
    public override JobId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, JobId value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
}

/// <summary>A code is its name.</summary>
internal sealed class OutcomeCodeConverter : JsonConverter<OutcomeCode>
{
    public override OutcomeCode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, OutcomeCode value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name);
}
