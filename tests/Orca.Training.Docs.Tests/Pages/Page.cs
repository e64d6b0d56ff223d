using System.Text.RegularExpressions;

namespace Orca.Training.Docs.Tests.Pages;

/// <summary>A page that people read: its code blocks, its commands and its links.</summary>
internal sealed partial class Page
{
    private readonly string _text;

    /// <summary>A page by its path below the repository.</summary>
    public Page(string path, string text) => (Path, _text) = (path, text);

    /// <summary>Every page of the repository.</summary>
    public static IReadOnlyList<Page> All { get; } =
    [
        .. Directory.EnumerateFiles(Repository.Folder, "*.md")
            .Concat(new[] { "docs", "training-images", "samples", "src", "templates", "bench" }.SelectMany(f => Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Folder, f), "*.md", SearchOption.AllDirectories)))
            .Select(p => System.IO.Path.GetRelativePath(Repository.Folder, p))
            .Where(p => !p.Contains("/bin/", StringComparison.Ordinal) && !p.Contains("/obj/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(p => new Page(p, File.ReadAllText(System.IO.Path.Combine(Repository.Folder, p)))),
    ];

    /// <summary>Its path below the repository.</summary>
    public string Path { get; }

    /// <summary>Its fenced blocks, in their order, each with the line of text before it.</summary>
    public IEnumerable<(string Language, string Text, string Before)> Blocks =>
        Fence().Matches(_text).Select(m => (m.Groups["language"].Value, m.Groups["text"].Value, _text[..m.Index].TrimEnd().Split('\n')[^1]));

    /// <summary>Fences that make no block as they stand: not closed, not at the beginning of their line, or with more than a language.</summary>
    public IEnumerable<string> StrayFences => AnyFence().Matches(Prose).Select(m => m.Value.Trim());

    /// <summary>Its commands: lines that are indented, and scripts of this repository within sentences. Without comments.</summary>
    public IEnumerable<string> Commands =>
        Continued().Replace(Prose, " ").Split('\n').Where(l => l.StartsWith("    ", StringComparison.Ordinal))
            .Concat(Inline().Matches(Prose).Select(m => m.Groups["command"].Value).Where(c => Script().IsMatch(c)))
            .Select(l => Comment().Replace(l, "").Trim());

    /// <summary>The calls that its sentences name, such as <c>UseDocker</c>.</summary>
    public IEnumerable<string> Calls => Inline().Matches(Prose).SelectMany(m => Call().Matches(m.Groups["command"].Value)).Select(m => m.Groups["name"].Value);

    /// <summary>Where its links lead, other than to other sites.</summary>
    public IEnumerable<string> Links => Link().Matches(Prose).Select(m => m.Groups["target"].Value).Where(t => !t.Contains("://", StringComparison.Ordinal));

    /// <summary>The names under which its headings can be linked to.</summary>
    public IEnumerable<string> Anchors =>
        Heading().Matches(Prose).Select(m => NotInAnchors().Replace(m.Groups["title"].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    private string Prose => Fence().Replace(_text, "");

    /// <inheritdoc />
    public override string ToString() => Path;

    [GeneratedRegex("^```(?<language>[a-z]*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("^.*(```|~~~).*$", RegexOptions.Multiline)]
    private static partial Regex AnyFence();

    [GeneratedRegex("`(?<command>[^`\n]+)`")]
    private static partial Regex Inline();

    [GeneratedRegex("^([A-Z_]+=\\S+ )?(\\./|eng/)[^ ]+\\.sh( |$)")]
    private static partial Regex Script();

    [GeneratedRegex("(?<name>\\b[A-Z]\\w+)(<\\w+>)?\\(")]
    private static partial Regex Call();

    [GeneratedRegex("\\\\\n *")]
    private static partial Regex Continued();

    [GeneratedRegex(" +# .*$")]
    private static partial Regex Comment();

    [GeneratedRegex("\\]\\((?<target>[^)\\s]+)\\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (?<title>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("[^a-z0-9 _-]")]
    private static partial Regex NotInAnchors();
}
