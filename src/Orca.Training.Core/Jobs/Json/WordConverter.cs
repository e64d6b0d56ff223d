using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orca.Training.Jobs.Json;

/// <summary>What is one word everywhere else is one in JSON: not an object with a single property.</summary>
/// <typeparam name="T">A type that is a word.</typeparam>
internal abstract class WordConverter<T> : JsonConverter<T>
    where T : struct, IParsable<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType is JsonTokenType.String
        ? Parse(reader.GetString())
        : throw new JsonException("Text is expected here.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());

    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(reader.GetString());

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WritePropertyName(value.ToString() ?? "");

    private static T Parse(string? text) => T.TryParse(text, null, out var value) ? value : throw new JsonException("The text cannot be empty.");
}

internal sealed class OutcomeCodeConverter : WordConverter<OutcomeCode>;

internal sealed class InstallationIdConverter : WordConverter<InstallationId>;
