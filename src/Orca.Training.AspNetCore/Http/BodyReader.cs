using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.AspNetCore.Http;

/// <summary>
/// Reads a JSON object. Whatever is wrong is collected and told at once, with the path of each field; a field that is unknown is refused.
/// </summary>
internal sealed class BodyReader
{
    // As large as a gRPC message may be.
    private const int MaxBytes = 4 << 20;

    private readonly JsonElement _object;
    private readonly string _path;
    private readonly List<FieldViolation> _found;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private BodyReader(JsonElement element, string path, List<FieldViolation> found)
    {
        _object = element;
        _path = path;
        _found = found;
    }

    /// <summary>Reads the body of a call.</summary>
    /// <param name="context">The call.</param>
    /// <param name="read">Reads the fields.</param>
    /// <exception cref="TrainingException">The body is no JSON object, is too large, or some fields are wrong.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, Func<BodyReader, T> read)
    {
        using var document = await ParseAsync(context).ConfigureAwait(false);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new TrainingException(TrainingError.InvalidArgument, "The body is not a JSON object.");
        }

        var found = new List<FieldViolation>();
        var reader = new BodyReader(document.RootElement, "", found);
        var value = read(reader);
        reader.RefuseUnknown();
        return found.Count == 0 ? value : throw TrainingException.Invalid(found);
    }

    public string? Text(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        var other => Wrong<string?>(name, $"{Shown(other.Value)} is not a text."),
    };

    public int? Integer(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var number) => number,
        var other => Wrong<int?>(name, $"{Shown(other.Value)} is not a whole number."),
    };

    public double? Number(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out var number) && double.IsFinite(number) => number,
        var other => Wrong<double?>(name, $"{Shown(other.Value)} is not a number."),
    };

    public bool Flag(string name) => Find(name) switch
    {
        null => false,
        { ValueKind: JsonValueKind.True or JsonValueKind.False } value => value.GetBoolean(),
        var other => Wrong<bool>(name, $"{Shown(other.Value)} is neither true nor false."),
    };

    public TimeSpan? Seconds(string name) => Number(name) is not { } seconds ? null
        : Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds)
        : Wrong<TimeSpan?>(name, $"{seconds} is too long: give fewer seconds.");

    /// <summary>An object whose values are texts. A number or a boolean is taken as it is written, since all parameters become text.</summary>
    public IReadOnlyDictionary<string, string> Texts(string name)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Find(name) is not { } value)
        {
            return texts;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return Wrong<Dictionary<string, string>?>(name, $"{Shown(value)} is not an object of names and values.") ?? texts;
        }

        foreach (var property in value.EnumerateObject())
        {
            switch (property.Value.ValueKind)
            {
                case JsonValueKind.String:
                    texts[property.Name] = property.Value.GetString()!;
                    break;
                case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                    texts[property.Name] = property.Value.GetRawText();
                    break;
                default:
                    _ = Wrong<string?>($"{name}[{property.Name}]", $"{Shown(property.Value)} is not a text.");
                    break;
            }
        }

        return texts;
    }

    /// <summary>An array, of which each element is read.</summary>
    public IReadOnlyList<T> List<T>(string name, Func<JsonElement, T?> read, string kind)
        where T : struct
    {
        var items = new List<T>();
        foreach (var (element, index) in Elements(name))
        {
            if (read(element) is { } item)
            {
                items.Add(item);
            }
            else
            {
                _ = Wrong<string?>($"{name}[{index}]", $"{Shown(element)} is not {kind}.");
            }
        }

        return items;
    }

    public IReadOnlyList<string> TextList(string name) =>
        [.. Elements(name).Select(e => e.Element.ValueKind == JsonValueKind.String
            ? e.Element.GetString()!
            : Wrong<string?>($"{name}[{e.Index}]", $"{Shown(e.Element)} is not a text.") ?? "")];

    public IReadOnlyList<JobId> Jobs(string name) => List<JobId>(
        name, e => e.ValueKind == JsonValueKind.Number && e.TryGetInt64(out var id) && id > 0 ? new JobId(id) : null, "a job id");

    /// <summary>An object within; null if there is none.</summary>
    public T? Object<T>(string name, Func<BodyReader, T> read)
        where T : class => Find(name) is { } value ? Inner(value, name, read) : null;

    /// <summary>An array of objects.</summary>
    public IReadOnlyList<T> Objects<T>(string name, Func<BodyReader, T> read)
        where T : class => [.. Elements(name).Select(e => Inner(e.Element, $"{name}[{e.Index}]", read)).OfType<T>()];

    /// <summary>Says that a field is missing.</summary>
    public string Required(string name) => Text(name) ?? (_found.Exists(v => v.Field == _path + name) ? "" : Wrong<string?>(name, "It is missing.") ?? "");

    private static async Task<JsonDocument> ParseAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MaxBytes)
        {
            throw TooLarge();
        }

        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted).ConfigureAwait(false)) > 0)
        {
            if (body.Length + read > MaxBytes)
            {
                throw TooLarge();
            }

            body.Write(buffer, 0, read);
        }

        try
        {
            return JsonDocument.Parse(body.GetBuffer().AsMemory(0, (int)body.Length), new JsonDocumentOptions { MaxDepth = 16 });
        }
        catch (JsonException e)
        {
            throw new TrainingException(
                TrainingError.InvalidArgument, $"The body is not JSON: see line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}.", inner: e);
        }
    }

    private static TrainingException TooLarge() =>
        new(TrainingError.ResourceExhausted, $"The body is larger than {MaxBytes >> 20} MiB: send less at once.");

    private T? Inner<T>(JsonElement value, string name, Func<BodyReader, T> read)
        where T : class
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return Wrong<T?>(name, $"{Shown(value)} is not an object.");
        }

        var inner = new BodyReader(value, $"{_path}{name}.", _found);
        var result = read(inner);
        inner.RefuseUnknown();
        return result;
    }

    private IEnumerable<(JsonElement Element, int Index)> Elements(string name)
    {
        if (Find(name) is not { } value)
        {
            return [];
        }

        return value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Select((e, i) => (e, i))
            : Wrong<(JsonElement, int)[]?>(name, $"{Shown(value)} is not an array.") ?? [];
    }

    private JsonElement? Find(string name)
    {
        _known.Add(name);
        return _object.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private void RefuseUnknown()
    {
        foreach (var property in _object.EnumerateObject().Where(p => !_known.Contains(p.Name)))
        {
            _ = Wrong<string?>(property.Name, $"Unknown: use {string.Join(", ", _known.Order(StringComparer.Ordinal))}.");
        }
    }

    private static string Shown(JsonElement value) => value.GetRawText() is { Length: > 40 } text ? $"{text[..40]}…" : value.GetRawText();

    private T Wrong<T>(string name, string description)
    {
        _found.Add(new FieldViolation(_path + name, description));
        return default!;
    }
}
