using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orca.Training.Docs.Tests;

/// <summary>The settings as a JSON schema, from which editors complete and check appsettings.json.</summary>
internal static class ConfigurationSchema
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>All that there can be: what is not there is a mistake.</summary>
    public static string Whole() => Text(OptionsSection.All, isWhole: true);

    /// <summary>One package's part, to which others add theirs; null if it has no settings.</summary>
    public static string? Of(Assembly package) =>
        OptionsSection.All.Where(s => s.Options.Assembly == package).ToList() is { Count: > 0 } sections ? Text(sections, isWhole: false) : null;

    private static string Text(IEnumerable<OptionsSection> sections, bool isWhole)
    {
        var root = new JsonObject { ["type"] = "object" };
        if (isWhole)
        {
            root.Insert(0, "$schema", "http://json-schema.org/draft-07/schema#");
        }

        foreach (var section in sections)
        {
            var at = section.Path.Split(':').Aggregate(root, (parent, name) => Below(parent, name, isWhole));
            var described = XmlDocs.Of(section.Options).Replace("`", "", StringComparison.Ordinal);
            at["description"] = at["description"] is { } other ? $"{other} Or: {described}" : described;
            foreach (var setting in section.Settings)
            {
                PropertiesOf(at)[setting.Name] = setting.Schema;
            }
        }

        return root.ToJsonString(Readable) + "\n";
    }

    private static JsonObject Below(JsonObject parent, string name, bool isWhole)
    {
        if (name == OptionsSection.AnyName)
        {
            if (parent["additionalProperties"] is not JsonObject each)
            {
                parent["additionalProperties"] = each = NewObject(isWhole);
            }

            return each;
        }

        var properties = PropertiesOf(parent);
        if (properties[name] is not JsonObject below)
        {
            properties[name] = below = NewObject(isWhole);
        }

        return below;
    }

    private static JsonObject NewObject(bool isWhole)
    {
        var made = new JsonObject { ["type"] = "object" };
        if (isWhole)
        {
            made["additionalProperties"] = false;
        }

        return made;
    }

    private static JsonObject PropertiesOf(JsonObject at)
    {
        if (at["properties"] is not JsonObject properties)
        {
            at["properties"] = properties = [];
        }

        return properties;
    }
}
