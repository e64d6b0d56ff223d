namespace Orca.Training.EndToEnd.Tests.Readme;

/// <summary>What docs/getting-started.md shows is run as its reader would run it.</summary>
public sealed class GettingStartedTests
{
    private static IReadOnlyList<string> Blocks => PageProgram.BlocksOf("docs/getting-started.md");

    [Fact]
    public async Task Its_steps_one_after_the_other_are_a_host_that_trains_and_tells_where_the_model_lies()
    {
        var data = Directory.CreateTempSubdirectory("orca-started-");
        try
        {
            Samples.CopyTo(data);
            var steps = Blocks.Take(Blocks.ToList().FindIndex(b => b.Contains("WaitForShutdownAsync", StringComparison.Ordinal)) + 1);
            var host = await ReadmeProgram.BuildAsync(
                "Readme.Started", "Microsoft.NET.Sdk.Web", string.Join('\n', steps), "Orca.Training.AspNetCore", "Orca.Training.Docker");

            var printed = await host.RunUntilAsync(data.FullName, "model.pt:");

            Assert.Contains("Running, 5 of 5 done.", printed, StringComparison.Ordinal);
            Assert.Contains("examples to train", printed, StringComparison.Ordinal);
            Assert.Contains("The training completed.", printed, StringComparison.Ordinal);
        }
        finally
        {
            Files.DeleteReadOnly(data);
        }
    }

    [Fact]
    public async Task Its_test_needs_no_engine()
    {
        var test = await ReadmeProgram.BuildAsync("Readme.Failure", "Microsoft.NET.Sdk", Blocks[^1], "Orca.Training.Testing", "Microsoft.Extensions.Hosting");

        Assert.Equal("OutOfMemory after 01:00:00, loss 0.7", (await test.RunAsync(Repository.Folder)).Trim());
    }
}
