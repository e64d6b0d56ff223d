using System.Globalization;
using System.Text.Json.Nodes;

namespace Orca.Training.Jobs.Storage.Documents;

/// <summary>
/// What a newer version wrote into a document and this one does not know. It goes back to where it was, if that place is still
/// there: a field of the launch phase goes with the phase.
/// </summary>
internal sealed class UnknownFields
{
    private readonly Dictionary<string, JsonNode?> _fields = [];
    private readonly Dictionary<string, UnknownFields> _below = [];

    private UnknownFields(int version) => Version = version;

    /// <summary>The version that knows them.</summary>
    public int Version { get; }

    /// <summary>What a document holds beyond what is known of it.</summary>
    public static UnknownFields Of(int version, string document, JsonNode known) =>
        Between(version, JsonNode.Parse(document), known) ?? new UnknownFields(version);

    /// <summary>Adds them to what is known.</summary>
    public void PutBack(JsonNode known)
    {
        foreach (var (name, below) in _below)
        {
            if (Children(known).FirstOrDefault(c => c.Name == name).Node is { } child)
            {
                below.PutBack(child);
            }
        }

        foreach (var (name, value) in _fields)
        {
            known.AsObject()[name] = value?.DeepClone();
        }
    }

    private static UnknownFields? Between(int version, JsonNode? original, JsonNode known)
    {
        var found = new UnknownFields(version);
        var children = Children(known).ToDictionary(c => c.Name, c => c.Node);
        foreach (var (name, node) in Children(original))
        {
            if (children.TryGetValue(name, out var child))
            {
                if (child is not null && Between(version, node, child) is { } below)
                {
                    found._below[name] = below;
                }
            }
            else if (original is JsonObject)
            {
                found._fields[name] = node?.DeepClone();
            }
        }

        return found._fields.Count + found._below.Count > 0 ? found : null;
    }

    /// <summary>An attempt is known by its number, since one that is put off leaves the list; other items by their place.</summary>
    private static IEnumerable<(string Name, JsonNode? Node)> Children(JsonNode? node) => node switch
    {
        JsonObject o => o.Select(p => (p.Key, p.Value)),
        JsonArray a => a.Select((item, i) => ((item as JsonObject)?["number"]?.ToJsonString() is { } number ? "number " + number : i.ToString(CultureInfo.InvariantCulture), item)),
        _ => [],
    };
}
