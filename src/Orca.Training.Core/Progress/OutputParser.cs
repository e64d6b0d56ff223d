using System.Text.Json;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Text;

namespace Orca.Training.Progress;

/// <summary>
/// Reads one line of a training's output. What does not hold to the container contract to the letter is log: a training may print
/// what it likes, and nothing it prints is an error. Pure.
/// </summary>
internal static class OutputParser
{
    /// <summary>The longest line that is looked into, in characters; longer ones are log.</summary>
    public const int MaxLineLength = 64 * 1024;

    /// <summary>The most metrics of a line; the first ones are kept.</summary>
    public const int MaxMetrics = 256;

    /// <summary>The longest name of a metric, in characters; longer ones are left out.</summary>
    public const int MaxMetricNameLength = 128;

    /// <summary>The longest name of an artifact, in characters.</summary>
    public const int MaxArtifactNameLength = 1024;

    /// <summary>How deep an object may be. The contract's are flat; what an image nests in them for itself is passed over.</summary>
    internal const int MaxDepth = 16;

    // JSON's own.
    private const string WhiteSpace = " \t\r\n";

    /// <summary>The name by which a line says what it is.</summary>
    internal const string Kind = "orca";

    // As the contract writes an object's beginning. Within a JSON string its quotes would be escaped, so that it can be nothing else there.
    private const string Beginning = "{\"orca\":";

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth };

    /// <summary>What a line says.</summary>
    public static OutputEvent Parse(in OutputLine line) => Parse(line, new KnownNames());

    /// <summary>What a line says.</summary>
    /// <param name="line">The line.</param>
    /// <param name="known">The names of metrics in the lines before it, which are not read again.</param>
    public static OutputEvent Parse(in OutputLine line, KnownNames known)
    {
        // Nearly all lines are log and end here, at the cost of a look at their last character and, if it is an object's, for the word.
        var text = line.Text;
        if (line.Stream != OutputStream.Standard || text.Length > MaxLineLength || !text.AsSpan().TrimEnd(WhiteSpace).EndsWith("}")
            || !text.Contains("\"orca\"", StringComparison.Ordinal))
        {
            return OutputEvent.Text;
        }

        return (text[0] == '{' ? TryReadFinite(text, known) : null) ?? AtTheEnd(text, known) ?? OutputEvent.Text;
    }

    /// <summary>
    /// What the object says that ends a line which begins with something else: a progress bar without a newline, a carriage return, another
    /// program's words. Only an object that begins as the contract has it, and runs to the end of the line.
    /// </summary>
    private static OutputEvent? AtTheEnd(string text, KnownNames known) =>
        text.LastIndexOf(Beginning, StringComparison.Ordinal) is > 0 and var at ? TryReadFinite(text[at..], known) : null;

    private static OutputEvent? TryReadFinite(string text, KnownNames known) => TryRead(NonFinite.IsIn(text) ? NonFinite.AsNull(text) : text, known);

    private static OutputEvent? TryRead(string text, KnownNames known)
    {
        try
        {
            if (MetricReader.Read(text, known) is { } metric)
            {
                return metric;
            }

            using var json = JsonDocument.Parse(text, Options);
            return Read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // The ways in which a text is no JSON: its form, half a character in an escape, half a character as it is.
            return null;
        }
    }

    private static OutputEvent Read(JsonElement line) =>
        !line.TryGetProperty(Kind, out var kind) || kind.ValueKind != JsonValueKind.String ? OutputEvent.Text
        : kind.ValueEquals("progress") ? Progress(line)
        : kind.ValueEquals("artifact") ? Artifact(line)
        : OutputEvent.Text;

    private static OutputEvent Progress(JsonElement line) =>
        line.TryGetProperty("done", out var d) && TryFinite(d, out var done) && done >= 0
        && line.TryGetProperty("total", out var t) && TryFinite(t, out var total) && total > 0
            ? new OutputEvent.Progress(done, total)
            : OutputEvent.Text;

    private static OutputEvent Artifact(JsonElement line)
    {
        if (!line.TryGetProperty("name", out var n) || n.ValueKind != JsonValueKind.String
            || n.GetString() is not { Length: > 0 } name)
        {
            return OutputEvent.Text;
        }

        if (!Alphabet.IsName(name, MaxArtifactNameLength))
        {
            return OutputEvent.NoArtifact;
        }

        long? size = null;
        if (line.TryGetProperty("size", out var s) && s.ValueKind != JsonValueKind.Null)
        {
            if (s.ValueKind != JsonValueKind.Number || !s.TryGetInt64(out var bytes) || bytes < 0)
            {
                return OutputEvent.Text;
            }

            size = bytes;
        }

        string? sha256 = null;
        if (line.TryGetProperty("sha256", out var h) && h.ValueKind != JsonValueKind.Null)
        {
            if (h.ValueKind != JsonValueKind.String || h.GetString() is not { Length: 64 } hex || !hex.All(char.IsAsciiHexDigit))
            {
                return OutputEvent.Text;
            }

            sha256 = hex.ToLowerInvariant();
        }

        return new OutputEvent.Artifact(new AnnouncedArtifact(name, size, sha256));
    }

    // 1e999 is a number of JSON, and infinite as a double.
    private static bool TryFinite(JsonElement element, out double value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out value) && double.IsFinite(value);
    }
}
