using System.Text.Json;
using Docker.DotNet;

namespace Orca.Training.Docker.Engine;

/// <summary>What the engine says in its own words, taken out of its JSON.</summary>
internal static class EngineWords
{
    // Errors of a start can quote whole command lines; a sentence for people needs no more.
    private const int Longest = 600;

    public static string Of(DockerApiException refusal)
    {
        var body = refusal.ResponseBody;
        if (string.IsNullOrWhiteSpace(body))
        {
            return "without a reason";
        }

        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("message", out var message)
                && message.ValueKind == JsonValueKind.String)
            {
                body = message.GetString()!;
            }
        }
        catch (JsonException)
        {
            // A proxy on the way speaks HTML or text: that is then what we show.
        }

        return Shorten(body);
    }

    public static string Shorten(string words)
    {
        words = words.ReplaceLineEndings(" ").Trim().TrimEnd('.');
        return words.Length <= Longest ? words : string.Concat(words.AsSpan(0, Longest), "…");
    }
}
