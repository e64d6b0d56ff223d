using System.Text.Encodings.Web;
using System.Text.Json;
using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>How many bytes a request becomes on record, where a control character is six: durable stores keep JSON. Pure.</summary>
internal static class RecordSize
{
    // Numbers, times, and the names of fields.
    private const int Fixed = 512;
    private const int Entry = 8;
    private const int LongestEscape = 6;

    /// <summary>The bytes of a request; an upper bound where that is below a limit anyway.</summary>
    /// <param name="request">The request.</param>
    /// <param name="limit">Below it nothing needs to be exact.</param>
    public static long Of(TrainingRequest request, long limit)
    {
        var most = Sum(request, static text => (long)LongestEscape * text.Length);
        return most <= limit ? most : Sum(request, Escaped);
    }

    public static long Of(string text) => Escaped(text);

    /// <summary>The bytes of an entry of a map, beside its name and value.</summary>
    public static long OfEntry => Entry;

    public static long OfMap(IReadOnlyDictionary<string, string> map) => Sum(map, Escaped);

    private static long Escaped(string text) =>
        JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.Length;

    private static long Sum(TrainingRequest request, Func<string, long> of) =>
        Fixed + of(request.Algorithm) + of(request.DatasetId) + of(request.DatasetVersion) + of(request.Name) + of(request.OutputModelName)
        + of(request.InputModel ?? "") + of(request.Group ?? "") + of(request.IdempotencyKey ?? "")
        + of(request.Pool ?? "") + of(request.Resources?.GpuKind ?? "")
        + Sum(request.Parameters, of) + Sum(request.Labels, of) + (20L * request.DependsOn.Count);

    private static long Sum(IReadOnlyDictionary<string, string> map, Func<string, long> of)
    {
        var bytes = 0L;
        if (map.Count > 0)
        {
            foreach (var (name, value) in map)
            {
                bytes += Entry + of(name) + of(value);
            }
        }

        return bytes;
    }
}
