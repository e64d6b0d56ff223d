namespace Orca.Training.EndToEnd.Tests.Readme;

/// <summary>The recipes of docs/testing.md are short, and run as they stand there.</summary>
public sealed class TestingPageTests
{
    private const string Page = "docs/testing.md";

    private static IReadOnlyList<string> Blocks => PageProgram.BlocksOf(Page);

    [Fact]
    public async Task The_minimal_host_and_the_host_in_virtual_time_hold_what_they_assert()
    {
        var minimal = await BuildAsync("Testing.Minimal", Blocks[0]);
        await minimal.RunAsync(Repository.Folder);
        var virtualTime = await BuildAsync("Testing.Virtual", Blocks[2]);
        await virtualTime.RunAsync(Repository.Folder);
    }

    [Fact]
    public async Task The_host_by_WebApplicationFactory_is_what_a_test_of_the_sample_host_runs()
    {
        var test = await File.ReadAllTextAsync(
            Path.Combine(Repository.Folder, "tests/Orca.Training.Testing.Tests/Hosting/StandInTests.cs"), TestContext.Current.CancellationToken);
        var lines = test.Split('\n').Select(l => l.Replace(", Cancel)", ")", StringComparison.Ordinal).Replace("cancellationToken: Cancel", "", StringComparison.Ordinal)
            .Replace("job, )", "job)", StringComparison.Ordinal).Replace("LastAsync(Cancel)", "LastAsync()", StringComparison.Ordinal).Trim()).ToHashSet();

        Assert.All(Statements(Blocks[1]), line => Assert.Contains(line.Trim(), lines));
    }

    [Fact]
    public void Each_has_fifteen_lines_at_most() => Assert.All(Blocks, block => Assert.InRange(Statements(block).Count(), 1, 15));

    private static IEnumerable<string> Statements(string block) =>
        block.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !(l.StartsWith("using ", StringComparison.Ordinal) && l.EndsWith(';') && !l.Contains('=', StringComparison.Ordinal)));

    private static Task<ReadmeProgram> BuildAsync(string name, string block) =>
        ReadmeProgram.BuildAsync(name, "Microsoft.NET.Sdk", block, "Orca.Training.Testing", "Microsoft.Extensions.Hosting", "xunit.v3.assert");
}
