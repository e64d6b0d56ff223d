using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Orca.Training.Docs.Tests;

/// <summary>The summaries that the packages' code carries, as Markdown in one line.</summary>
internal static partial class XmlDocs
{
    private static readonly Dictionary<string, string> Summaries = Packages.Assemblies
        .Select(a => Path.Combine(AppContext.BaseDirectory, $"{a.GetName().Name}.xml"))
        .SelectMany(file => XDocument.Load(file, LoadOptions.PreserveWhitespace).Descendants("member"))
        // What generators add to each assembly is no part of it.
        .Where(member => member.Element("summary") is not null && member.Attribute("name")!.Value.AsSpan(1).StartsWith(":Orca.", StringComparison.Ordinal))
        .ToDictionary(member => member.Attribute("name")!.Value, member => Markdown(member.Element("summary")!), StringComparer.Ordinal);

    public static string Of(Type type) => Summaries[$"T:{type.FullName}"];

    public static string Of(PropertyInfo property) => Summaries[$"P:{property.DeclaringType!.FullName}.{property.Name}"];

    private static string Markdown(XElement summary) => White().Replace(string.Concat(summary.Nodes().Select(Markdown)), " ").Trim();

    private static string Markdown(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" or "paramref" or "typeparamref" } see => $"`{Last(see.Attribute("cref")?.Value ?? see.Attribute("name")?.Value ?? "")}`",
        XElement other => " " + string.Concat(other.Nodes().Select(Markdown)),
        _ => "",
    };

    private static string Last(string cref) => cref[(cref.LastIndexOf('.') + 1)..];

    [GeneratedRegex(@"\s+")]
    private static partial Regex White();
}
