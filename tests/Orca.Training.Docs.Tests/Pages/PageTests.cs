using System.Text.RegularExpressions;

namespace Orca.Training.Docs.Tests.Pages;

/// <summary>What pages show is compiled, read by a host, or looked up: a page can't grow old unseen.</summary>
public sealed partial class PageTests
{
    // .NET's own that pages speak of, and a page's own.
    private static readonly string[] ForeignCalls =
        ["AddHealthChecks", "AddJwtBearer", "AllowAnonymous", "Build", "ClientOf", "ConfigureAwait", "GetRequiredService", "MapGroup", "RequireAuthorization", "Run", "UseForwardedHeaders"];

    public static TheoryData<string> Pages => [.. Page.All.Select(p => p.Path)];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Every_code_block_is_right(string page)
    {
        var blocks = new CodeBlocks();
        foreach (var (language, text, before) in Of(page).Blocks)
        {
            Assert.Empty(await blocks.ErrorsOfNextAsync(language, text, before));
        }

        Assert.Empty(Of(page).StrayFences);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_command_names_what_is_there(string page) => Assert.Empty(Of(page).Commands.SelectMany(Commands.Missing));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_call_that_is_named_exists(string page)
    {
        var calls = Packages.Assemblies.SelectMany(a => a.GetExportedTypes()).SelectMany(t => t.GetMethods()).Select(m => m.Name).ToHashSet();

        Assert.Empty(Of(page).Calls.Except(ForeignCalls).Except(calls));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_leads_somewhere(string page) => Assert.All(Of(page).Links, l => Assert.True(Leads(page, l), l));

    [Fact]
    public void The_README_leads_to_every_page()
    {
        var links = Of("README.md").Links.Select(l => l.Split('#')[0]).ToHashSet();

        Assert.Empty(Page.All.Select(p => p.Path).Where(p => p.StartsWith("docs/", StringComparison.Ordinal)).Except(links));
    }

    [Fact]
    public void The_table_of_outcomes_has_every_code()
    {
        var codes = typeof(Jobs.OutcomeCode).GetFields().Where(f => f is { IsStatic: true, IsPublic: true }).Select(f => f.Name);
        var rows = File.ReadAllLines(Path.Combine(Repository.Folder, "docs", "outcomes.md")).SkipWhile(l => !l.StartsWith("<!-- outcomes", StringComparison.Ordinal))
            .Skip(3).TakeWhile(l => l.StartsWith('|')).Select(l => l.Split('|')[1].Trim());

        Assert.Equal(codes, rows);
    }

    [Fact]
    public void Every_test_that_guards_a_promise_exists()
    {
        IEnumerable<string> folders = ["tests", "src/Orca.Training.Testing.Conformance"];
        var sources = folders.SelectMany(f => Directory.EnumerateFiles(Path.Combine(Repository.Folder, f), "*.cs", SearchOption.AllDirectories)).Select(File.ReadAllText).ToList();
        var named = GuardingTest().Matches(File.ReadAllText(Path.Combine(Repository.Folder, "docs", "reliability.md"))).Select(m => (Class: m.Groups[1].Value, Method: m.Groups[2].Value)).Distinct().ToList();

        Assert.True(named.Count > 30, $"only {named.Count} tests are named");
        Assert.All(named, n => Assert.Contains(sources, s => s.Contains($" class {n.Class}", StringComparison.Ordinal) && s.Contains($" {n.Method}(", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"`([A-Z]\w+)\.([A-Z]\w*_\w+)`")]
    private static partial Regex GuardingTest();

    private static Page Of(string path) => Page.All.Single(p => p.Path == path);

    private static bool Leads(string page, string link)
    {
        var (file, anchor) = link.Split('#') is [var f, var a] ? (f, a) : (link, null);
        var target = file.Length == 0 ? page : Path.GetRelativePath(Repository.Folder, Path.GetFullPath(Path.Combine(Repository.Folder, Path.GetDirectoryName(page)!, file)));
        return Path.Exists(Path.Combine(Repository.Folder, target))
            && (anchor is null || Page.All.SingleOrDefault(p => p.Path == target)?.Anchors.Contains(anchor) is true);
    }
}
