namespace Orca.Training.Packages.Tests.Pages;

/// <summary>docs/getting-started.md is followed as its reader would, from the packages to the test.</summary>
public sealed class GettingStartedTests(Feed feed)
{
    private const string Shown = "../started";

    private static IReadOnlyList<PageStep> Steps { get; } = PageStep.AllOf("docs/getting-started.md");

    private static int Changes => Find(" --urls ") + 1;

    private static int Test => Find("dotnet new xunit");

    private static int Template => Find("eng/pack.sh", after: 1);

    [Fact]
    public async Task Its_steps_are_a_host_that_trains_and_tells_where_the_model_is()
    {
        await using (var reader = new PageReader(feed, Shown))
        {
            await reader.FollowAsync(Steps.Take(Changes), until: "model.pt:");

            Assert.Equal([$"eng/pack.sh --for {Shown}", "eng/engine.sh up", "eng/training-image.sh"], reader.Scripts);
            Assert.Contains("Running, 5 of 5 done.", reader.Printed, StringComparison.Ordinal);
            Assert.Contains("examples to train", reader.Printed, StringComparison.Ordinal);
            Assert.Contains("The training completed.", reader.Printed, StringComparison.Ordinal);
        }

        // What people change first, one after the other, is still a host.
        await using var changed = new PageReader(feed, Shown);
        await changed.FollowAsync(Steps.Take(Test).Skip(Changes).Append(Steps[Changes - 1]), until: "model.pt:");
        Assert.True(File.Exists(changed.PathOf("Trainer/orca.db")));
    }

    [Fact]
    public async Task Its_test_needs_no_engine()
    {
        await using var reader = new PageReader(feed, Shown);

        await reader.FollowAsync(Steps.Skip(Test).Take(Template - Test));

        Assert.Contains("Passed!", reader.Printed, StringComparison.Ordinal);
    }

    private static int Find(string command, int after = 0) =>
        Steps.Select((s, i) => (s, i)).First(x => x.i >= after && x.s.Command?.Contains(command, StringComparison.Ordinal) is true).i;
}
