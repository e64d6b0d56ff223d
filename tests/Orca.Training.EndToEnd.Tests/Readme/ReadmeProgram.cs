using System.Diagnostics;

namespace Orca.Training.EndToEnd.Tests.Readme;

/// <summary>A program made of the README's code blocks, built as its reader would build it, but on this repository's projects.</summary>
internal sealed class ReadmeProgram
{
    private readonly string _assembly;

    private ReadmeProgram(string assembly) => _assembly = assembly;

    private static string Configuration => AppContext.BaseDirectory.Contains("release", StringComparison.Ordinal) ? "release" : "debug";

    /// <summary>The README's code blocks of C#, in their order.</summary>
    public static IReadOnlyList<string> Blocks { get; } =
        [.. File.ReadAllText(Path.Combine(Repository.Folder, "README.md")).Split("```csharp\n").Skip(1).Select(b => b[..b.IndexOf("```", StringComparison.Ordinal)])];

    /// <param name="name">Its name.</param>
    /// <param name="sdk">Microsoft.NET.Sdk or Microsoft.NET.Sdk.Web.</param>
    /// <param name="code">Its Program.cs.</param>
    /// <param name="references">The projects of this repository that it refers to, or else packages.</param>
    public static async Task<ReadmeProgram> BuildAsync(string name, string sdk, string code, params string[] references)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Repository.Folder, ".cache", "readme", name)).FullName;
        var projects = string.Concat(references.Select(r => r.StartsWith("Orca.", StringComparison.Ordinal)
            ? $"<ProjectReference Include=\"{Repository.Folder}/src/{r}/{r}.csproj\" />" : $"<PackageReference Include=\"{r}\" />"));
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), code, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(folder, $"{name}.csproj"),
            $"""
             <Project Sdk="{sdk}">
               <PropertyGroup>
                 <OutputType>Exe</OutputType>
                 <NoWarn>CS1591</NoWarn>
               </PropertyGroup>
               <ItemGroup>
                 {projects}
               </ItemGroup>
             </Project>
             """,
            TestContext.Current.CancellationToken);
        await Repository.RunAsync("dotnet", ["build", folder, "-c", Configuration, "-v", "q", "--nologo", "-p:BuildProjectReferences=false"], folder, engine: null, TestContext.Current.CancellationToken);
        return new ReadmeProgram(Path.Combine(Repository.Folder, "artifacts", "bin", name, Configuration, $"{name}.dll"));
    }

    /// <summary>Runs it to its end and gives what it printed.</summary>
    public Task<string> RunAsync(string folder) => Repository.RunAsync("dotnet", [_assembly], folder, engine: null, TestContext.Current.CancellationToken);

    /// <summary>Starts it in a folder, as a host on a free port.</summary>
    public async Task<RunningHost> StartAsync(string folder)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", [_assembly, "--urls", "http://127.0.0.1:0"]) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            const string listening = "Now listening on: ";
            if (line.IndexOf(listening, StringComparison.Ordinal) is >= 0 and var at)
            {
                return new RunningHost(process, line[(at + listening.Length)..].Trim());
            }
        }

        throw new InvalidOperationException("The host ended before it listened.");
    }
}

/// <summary>A host that runs until it is disposed.</summary>
internal sealed class RunningHost(Process process, string address) : IAsyncDisposable
{
    public string Address { get; } = address;

    public async ValueTask DisposeAsync()
    {
        // SIGTERM, as a service manager would: the host ends its trainings.
        await Repository.RunAsync("kill", ["-TERM", $"{process.Id}"], Repository.Folder, engine: null, CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }
}
