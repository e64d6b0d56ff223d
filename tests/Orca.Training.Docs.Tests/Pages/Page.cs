using System.Text.RegularExpressions;

namespace Orca.Training.Docs.Tests.Pages;

/// <summary>A page that people read: its code blocks, its commands and its links.</summary>
internal sealed partial class Page
{
    private readonly string _text;

    private Page(string path, string text) => (Path, _text) = (path, text);

    /// <summary>Every page of the repository.</summary>
    public static IReadOnlyList<Page> All { get; } =
    [
        .. Directory.EnumerateFiles(Repository.Folder, "*.md")
            .Concat(new[] { "docs", "training-images", "samples", "src", "bench" }.SelectMany(f => Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Folder, f), "*.md", SearchOption.AllDirectories)))
            .Select(p => System.IO.Path.GetRelativePath(Repository.Folder, p))
            .Where(p => !p.Contains("/bin/", StringComparison.Ordinal) && !p.Contains("/obj/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(p => new Page(p, File.ReadAllText(System.IO.Path.Combine(Repository.Folder, p)))),
    ];

    /// <summary>Its path below the repository.</summary>
    public string Path { get; }

    /// <summary>Its fenced blocks, in their order.</summary>
    public IEnumerable<(string Language, string Text)> Blocks =>
        Fence().Matches(_text).Select(m => (m.Groups["language"].Value, m.Groups["text"].Value));

    /// <summary>Its lines of commands, which are indented and not fenced.</summary>
    public IEnumerable<string> Commands =>
        Fence().Replace(_text, "").Split('\n').Where(l => l.StartsWith("    ./", StringComparison.Ordinal)).Select(l => l.Trim())
            .Concat(Inline().Matches(_text).Select(m => m.Groups["command"].Value));

    /// <summary>Where its links lead, other than to other sites.</summary>
    public IEnumerable<string> Links =>
        Link().Matches(Fence().Replace(_text, "")).Select(m => m.Groups["target"].Value).Where(t => !t.Contains("://", StringComparison.Ordinal));

    /// <summary>The names under which its headings can be linked to.</summary>
    public IEnumerable<string> Anchors =>
        Heading().Matches(Fence().Replace(_text, "")).Select(m => NotInAnchors().Replace(m.Groups["title"].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    /// <inheritdoc />
    public override string ToString() => Path;

    [GeneratedRegex("^```(?<language>[a-z]*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("`(?<command>\\./[^`]+)`")]
    private static partial Regex Inline();

    [GeneratedRegex("\\]\\((?<target>[^)\\s]+)\\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (?<title>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("[^a-z0-9 _-]")]
    private static partial Regex NotInAnchors();
}
