namespace Orca.Training.Packages.Tests;

/// <summary>What <c>dotnet new orca-host</c> makes.</summary>
public sealed class TemplateTests(Feed feed)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_of_any_name_is_built_and_passes_its_tests()
    {
        var hive = Directory.CreateTempSubdirectory("orca-hive-");
        try
        {
            var package = Path.Combine(feed.Packages, $"Orca.Training.Templates.{feed.Version}.nupkg");
            await DotnetAsync("new", "install", package, "--debug:custom-hive", hive.FullName);

            await DotnetAsync("new", "orca-host", "-o", "My.Trainer", "--debug:custom-hive", hive.FullName);

            var folder = Path.Combine(feed.Projects, "My.Trainer");
            Assert.Equal(
                [".gitignore", "My.Trainer.Tests/EndpointTests.cs", "My.Trainer.Tests/LongTrainingTests.cs", "My.Trainer.Tests/My.Trainer.Tests.csproj", "My.Trainer.slnx",
                 "My.Trainer/My.Trainer.csproj", "My.Trainer/Program.cs", "My.Trainer/TrainingEndpoints.cs", "My.Trainer/appsettings.json"],
                Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f))
                    .Where(f => !f.Split('/').Contains("obj")).Order(StringComparer.Ordinal));
            Assert.DoesNotContain("OrcaHost", string.Concat(Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)), StringComparison.Ordinal);
            var printed = await DotnetAsync("test", folder, "-warnaserror");
            Assert.Contains("Passed:     3", printed, StringComparison.Ordinal);
        }
        finally
        {
            hive.Delete(recursive: true);
        }
    }

    private Task<string> DotnetAsync(params string[] arguments) => Repository.RunAsync("dotnet", arguments, feed.Projects, engine: null, Cancel);
}
