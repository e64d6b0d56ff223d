using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orca.Training.Jobs.Json;

/// <summary>An id as a number, which is what it is everywhere else; as text it is read too, for clients whose numbers end at 2⁵³.</summary>
internal sealed class JobIdConverter : JsonConverter<JobId>
{
    public override JobId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetInt64(out var value) && value > 0 => new JobId(value),
        JsonTokenType.String when JobId.TryParse(reader.GetString(), null, out var job) => job,
        _ => throw new JsonException("This is not a job id: give a positive whole number, such as 17."),
    };

    public override void Write(Utf8JsonWriter writer, JobId value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);

    public override JobId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JobId.TryParse(reader.GetString(), null, out var job) ? job : throw new JsonException("This is not a job id: give a positive whole number, such as 17.");

    public override void WriteAsPropertyName(Utf8JsonWriter writer, JobId value, JsonSerializerOptions options) => writer.WritePropertyName(value.ToString());
}
