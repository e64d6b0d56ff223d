using System.Text.RegularExpressions;

namespace Orca.Training.Packages.Tests;

/// <summary>What each package promises to who restores it.</summary>
public sealed partial class PackageTests(Feed feed)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Ids => [.. Directory.EnumerateDirectories(Path.Combine(Repository.Folder, "src")).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"\]\((?!https://|#)")]
    private static partial Regex RelativeLink { get; }

    [Theory]
    [MemberData(nameof(Ids))]
    public void It_asks_for_exactly_its_own_version_of_the_others(string id)
    {
        using var package = Open(id);

        Assert.All(package.Dependencies.Where(d => d.Id.StartsWith("Orca.", StringComparison.Ordinal)), d => Assert.Equal($"[{feed.Version}]", d.Version));
        Assert.All(package.Dependencies.Where(d => !d.Id.StartsWith("Orca.", StringComparison.Ordinal)), d => Assert.DoesNotContain("[", d.Version, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void It_has_a_readme_of_its_own_whose_links_work_anywhere(string id)
    {
        using var package = Open(id);
        var readme = package.Read(package.Text("readme")!);

        Assert.StartsWith($"# {id}\n", readme, StringComparison.Ordinal);
        Assert.DoesNotMatch(RelativeLink, readme);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void It_has_an_icon_a_licence_and_the_address_of_its_project(string id)
    {
        using var package = Open(id);

        Assert.Contains(package.Text("icon")!, package.Files);
        Assert.Equal("MIT", package.Text("license"));
        Assert.StartsWith("https://", package.Text("projectUrl"), StringComparison.Ordinal);
        Assert.Equal((package.Text("projectUrl"), 40), (package.Attribute("repository", "url"), package.Attribute("repository", "commit")?.Length));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_debugger_steps_into_it(string id)
    {
        using var package = Open(id);
        var (link, sources) = package.Symbols();

        Assert.Contains(package.Attribute("repository", "commit")!, link, StringComparison.Ordinal);
        Assert.True(sources > 1, $"{id} holds {sources} of its sources.");
    }

    [Fact]
    public async Task Each_pack_has_a_version_of_its_own_so_that_a_change_is_taken()
    {
        var again = Directory.CreateTempSubdirectory("orca-again-");
        try
        {
            var version = await Repository.RunScriptAsync("pack.sh", ["--output", again.FullName], engine: null, Cancel);

            Assert.True(string.CompareOrdinal(version, feed.Version) > 0, $"{version} comes after {feed.Version}.");
        }
        finally
        {
            again.Delete(recursive: true);
        }
    }

    private Package Open(string id) => new(Path.Combine(feed.Packages, $"{id}.{feed.Version}.nupkg"));
}
