using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orca.Training.Settings;

namespace Orca.Training.Docs.Tests;

/// <summary>One setting: what is told of it comes from its property.</summary>
internal sealed partial class Setting(OptionsSection section, PropertyInfo property)
{
    public string Name => property.Name;

    /// <summary>Null where it is unset.</summary>
    public object? Default => property.GetValue(Activator.CreateInstance(section.Options));

    /// <summary>Its sentences, without those that only repeat the default.</summary>
    public string Meaning => HasDefault ? ShortDefault().Replace(XmlDocs.Of(property), "").Trim() : XmlDocs.Of(property);

    public bool Reloads => ConfiguredSettings.ReloadingSections.Any(s => $"{section.Path}:{Name}".StartsWith($"OrcaTraining:{s}", StringComparison.Ordinal));

    public string DefaultText => !HasDefault ? "" : Default is bool b ? (b ? "`true`" : "`false`") : $"`{Convert.ToString(Default, CultureInfo.InvariantCulture)}`";

    public string TypeText => Kind switch
    {
        var t when t == typeof(string) => "text",
        var t when t == typeof(bool) => "true or false",
        var t when t == typeof(int) || t == typeof(long) => "whole number",
        var t when t == typeof(double) => "number",
        var t when t == typeof(TimeSpan) => "time",
        var t when t == typeof(Uri) => "URI",
        { IsEnum: true } t => string.Join(", ", Enum.GetNames(t)),
        var t when t == typeof(IList<string>) => "list of texts",
        var t when t == typeof(IDictionary<string, string>) => "texts by name",
        _ => throw new InvalidOperationException($"{section.Options.Name}.{Name} is a {Kind.Name}: say here what that is in words, or give it a section of its own."),
    };

    /// <summary>A key and a value that it may have.</summary>
    public KeyValuePair<string, string?> ExampleAt(string path) => Kind switch
    {
        var t when t == typeof(IList<string>) => new($"{path}:{Name}:0", "x"),
        var t when t == typeof(IDictionary<string, string>) => new($"{path}:{Name}:X", "x"),
        var t when t == typeof(Uri) => new($"{path}:{Name}", "unix:///x"),
        { IsEnum: true } t => new($"{path}:{Name}", Enum.GetNames(t)[0]),
        var t when t == typeof(bool) && !HasDefault => new($"{path}:{Name}", "true"),
        _ => new($"{path}:{Name}", HasDefault ? Convert.ToString(Default, CultureInfo.InvariantCulture) : Kind == typeof(TimeSpan) ? "00:00:01" : "1"),
    };

    public JsonObject Schema
    {
        get
        {
            var schema = Kind switch
            {
                var t when t == typeof(bool) => new JsonObject { ["type"] = "boolean" },
                var t when t == typeof(int) || t == typeof(long) => new JsonObject { ["type"] = "integer" },
                var t when t == typeof(double) => new JsonObject { ["type"] = "number" },
                var t when t == typeof(TimeSpan) => new JsonObject { ["type"] = "string", ["pattern"] = @"^([0-9]+\.)?[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?$" },
                { IsEnum: true } t => new JsonObject { ["enum"] = new JsonArray([.. Enum.GetNames(t).Select(n => JsonValue.Create(n))]) },
                var t when t == typeof(IList<string>) => new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } },
                var t when t == typeof(IDictionary<string, string>) => new JsonObject { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "string" } },
                _ => new JsonObject { ["type"] = "string" },
            };
            schema["description"] = Meaning.Replace("`", "", StringComparison.Ordinal);
            if (HasDefault)
            {
                schema["default"] = Default switch
                {
                    bool b => b,
                    int i => i,
                    long l => l,
                    double d => d,
                    var other => Convert.ToString(other, CultureInfo.InvariantCulture),
                };
            }

            return schema;
        }
    }

    private Type Kind => Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;

    private bool HasDefault => Default is not (null or "" or System.Collections.IEnumerable and not string);

    // "Default 10 s.", "Default off.": three words at most; a longer sentence says why.
    [GeneratedRegex(@" ?Default:? (?:[^ ]+ ?){1,3}\.(?= |$)")]
    private static partial Regex ShortDefault();
}
