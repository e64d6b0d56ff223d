namespace Orca.Training.EndToEnd.Tests.Readme;

/// <summary>What the README shows is compiled and run as it stands there.</summary>
public sealed class ReadmeTests
{
    private const string Host = "builder.Build();";

    [Fact]
    public async Task The_host_of_ten_lines_trains_for_the_client_beside_it()
    {
        var data = Directory.CreateTempSubdirectory("orca-readme-");
        try
        {
            Samples.CopyTo(data);
            var host = await ReadmeProgram.BuildAsync(
                "Readme.Host", "Microsoft.NET.Sdk.Web", WithDataset(Block(Host), Block("AddIntentFilesAsync")), "Orca.Training.AspNetCore", "Orca.Training.Docker");
            await using var running = await host.StartAsync(data.FullName);
            var client = await ReadmeProgram.BuildAsync(
                "Readme.Client", "Microsoft.NET.Sdk", Block("GrpcTrainingClient").Replace("http://localhost:5000", running.Address, StringComparison.Ordinal), "Orca.Training.Grpc");

            var printed = await client.RunAsync(data.FullName);

            Assert.EndsWith("The training completed.", printed, StringComparison.Ordinal);
            Assert.Contains("5 of 5 done", printed, StringComparison.Ordinal);
            Assert.Single(Directory.GetFiles(data.FullName, "model.pt", SearchOption.AllDirectories));
        }
        finally
        {
            Files.DeleteReadOnly(data);
        }
    }

    [Fact]
    public void The_host_has_ten_lines_at_most() =>
        Assert.InRange(Block(Host).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 1, 10);

    [Fact]
    public async Task The_test_without_an_engine_ends_ten_thousand_trainings()
    {
        var test = await ReadmeProgram.BuildAsync("Readme.Test", "Microsoft.NET.Sdk", Block("VirtualTime"), "Orca.Training.Testing", "Microsoft.Extensions.Hosting");

        Assert.Equal("10000 trainings; the last Succeeded after 100.00:00:00", (await test.RunAsync(Repository.Folder)).Trim());
    }

    [Fact]
    public void The_test_without_an_engine_has_fifteen_lines_at_most()
    {
        var block = Block("VirtualTime");
        var body = block[(block.IndexOf("{\n", StringComparison.Ordinal) + 2)..block.IndexOf("\n});", StringComparison.Ordinal)];

        Assert.InRange(body.Split('\n').Length, 1, 15);
    }

    private static string Block(string with) => PageProgram.BlocksOf("README.md").First(b => b.Contains(with, StringComparison.Ordinal));

    /// <summary>The dataset's lines go into the host before it runs.</summary>
    private static string WithDataset(string host, string dataset) =>
        PageProgram.Of([host.Replace("app.Run();", "", StringComparison.Ordinal), dataset, "app.Run();"]);
}
