using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Orca.Training.Progress;

/// <summary>
/// Reads a metric line, of which a training may print a hundred thousand a second, in one pass and without a document of it. Pure.
/// </summary>
internal static class MetricReader
{
    private const int BytesOfCharacter = 3;
    private const int OnStack = 1024;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = OutputParser.MaxDepth };

    /// <summary>The values of a metric line; null for any other object.</summary>
    /// <param name="text">The line.</param>
    /// <param name="known">The names of the lines before it.</param>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidOperationException">Half a character stands in an escape.</exception>
    /// <exception cref="ArgumentException">Half a character stands in it as it is.</exception>
    public static OutputEvent.Metric? Read(string text, KnownNames known)
    {
        var size = text.Length * BytesOfCharacter;
        var rented = size > OnStack ? ArrayPool<byte>.Shared.Rent(size) : null;
        try
        {
            var bytes = rented ?? stackalloc byte[OnStack];
            return Utf8.FromUtf16(text, bytes, out _, out var written, replaceInvalidSequences: false) is OperationStatus.Done
                ? Read(bytes[..written], known)
                : throw new ArgumentException("half a character", nameof(text));
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    private static OutputEvent.Metric? Read(ReadOnlySpan<byte> text, KnownNames known)
    {
        var values = new ValuesOfLine(known, stackalloc double[OutputParser.MaxMetrics]);
        var (leftOut, isMetric) = (0, false);
        var reader = new Utf8JsonReader(text, Options);
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = reader;
            reader.Read();
            if (name.ValueTextEquals("orca"u8))
            {
                // Of several the last counts.
                isMetric = reader.TokenType is JsonTokenType.String && reader.ValueTextEquals("metric"u8);
            }
            else if (reader.TokenType is JsonTokenType.Number && reader.TryGetDouble(out var value) && double.IsFinite(value))
            {
                leftOut += values.Set(name, value) ? 0 : 1;
            }

            reader.Skip();
        }

        // What follows the object makes it no JSON.
        reader.Read();
        return isMetric ? new OutputEvent.Metric(values.Take(), leftOut) : null;
    }
}
