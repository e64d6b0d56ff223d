namespace Orca.Training.Packages.Tests.Pages;

/// <summary>The README is followed as its reader would, from the packages on.</summary>
public sealed class ReadmeTests(Feed feed)
{
    private const string Shown = "../first";

    private static IReadOnlyList<PageStep> Steps { get; } =
        [.. PageStep.AllOf("README.md").SkipWhile(s => s.Command?.StartsWith("eng/pack.sh", StringComparison.Ordinal) is not true)];

    private static int Test { get; } = Steps.Select((s, i) => (s, i)).First(x => x.s.Command?.Contains("dotnet new xunit", StringComparison.Ordinal) is true).i;

    [Fact]
    public async Task Its_host_trains_for_its_client()
    {
        await using var reader = new PageReader(feed, Shown);

        await reader.FollowAsync(Steps.Take(Test));

        Assert.Equal([$"eng/pack.sh --for {Shown}", "eng/engine.sh up", "eng/training-image.sh"], reader.Scripts);
        Assert.EndsWith("The training completed.", reader.Printed, StringComparison.Ordinal);
        Assert.Contains("5 of 5 done", reader.Printed, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(reader.PathOf("Trainer/orca-data/runs"), "model.pt", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Its_test_ends_ten_thousand_trainings()
    {
        await using var reader = new PageReader(feed, Shown);

        await reader.FollowAsync(Steps.Skip(Test));

        Assert.Contains("Passed!", reader.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_host_has_ten_lines_at_most() => Assert.InRange(Lines(Code("MapOrcaTraining")), 1, 10);

    [Fact]
    public void Its_test_has_fifteen_statements_at_most()
    {
        var code = Code("VirtualTime");

        Assert.InRange(Lines(code[(code.IndexOf("time =>", StringComparison.Ordinal) + "time =>\n    {".Length)..code.IndexOf("    });", StringComparison.Ordinal)]), 1, 15);
    }

    private static string Code(string with) => Steps.First(s => s.Code?.Contains(with, StringComparison.Ordinal) is true).Code!;

    private static int Lines(string code) => code.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
}
