using System.Text.Json;

namespace Orca.Training.Packages.Tests;

/// <summary>What comes from others is known, and what is known to be broken stops the build.</summary>
public sealed class SupplyChainTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_package_with_a_known_vulnerability_stops_the_build_however_mild_it_is()
    {
        await using var advisories = new AdvisoryFeed("Sylvan.Data.Csv");
        var folder = Directory.CreateTempSubdirectory("orca-audit-");
        try
        {
            foreach (var file in (string[])["Directory.Build.props", "Directory.Packages.props"])
            {
                File.Copy(Path.Combine(Repository.Folder, file), Path.Combine(folder.FullName, file));
            }

            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "Audited.csproj"),
                """<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="Sylvan.Data.Csv" /></ItemGroup></Project>""", Cancel);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "nuget.config"),
                $"""
                 <configuration>
                   <auditSources><clear /><add key="advisories" value="{advisories.Index}" allowInsecureConnections="true" /></auditSources>
                 </configuration>
                 """, Cancel);

            var failure = await Assert.ThrowsAsync<InvalidOperationException>(() =>
                Repository.RunAsync("dotnet", ["restore", "-p:RestoreLockedMode=false"], folder.FullName, engine: null, Cancel));

            Assert.Contains("error NU1901", failure.Message, StringComparison.Ordinal);
            Assert.Contains("https://example.org/advisory", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Each_project_records_what_it_restores_with_hashes()
    {
        var without = Directory.EnumerateFiles(Repository.Folder, "*.csproj", SearchOption.AllDirectories)
            .Where(p => !Path.GetRelativePath(Repository.Folder, p).StartsWith('.') && !p.Contains("/artifacts/", StringComparison.Ordinal))
            .Where(p => !p.Contains("/templates/", StringComparison.Ordinal))
            .Where(p => !File.Exists(Path.Combine(Path.GetDirectoryName(p)!, "packages.lock.json")));

        Assert.Empty(without);
    }

    [Fact]
    public async Task A_script_writes_what_a_package_is_made_of()
    {
        var folder = Directory.CreateTempSubdirectory("orca-sbom-");
        try
        {
            await Repository.RunScriptAsync("sbom.sh", ["--output", folder.FullName, "Orca.Training.Grpc"], engine: null, Cancel);
            using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder.FullName, "Orca.Training.Grpc.cdx.json"), Cancel));
            var components = document.RootElement.GetProperty("components").EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!);

            // What Grpc asks for itself, what comes with it, what Core brings; and nothing that only the build uses.
            Assert.Superset(new HashSet<string> { "Google.Protobuf", "Grpc.Core.Api", "Sylvan.Data.Csv" }, components.Keys.ToHashSet());
            Assert.DoesNotContain("Grpc.Tools", components.Keys);
            Assert.All(components.Values, c => Assert.NotEqual(0, c.GetProperty("hashes").GetArrayLength()));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
