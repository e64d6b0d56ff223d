using System.Diagnostics;
using System.Text;

namespace Orca.Training.EndToEnd.Tests.Readme;

/// <summary>A program made of a page's code blocks, built as its reader would build it, but on this repository's projects.</summary>
internal sealed class ReadmeProgram
{
    private readonly string _assembly;

    private ReadmeProgram(string assembly) => _assembly = assembly;

    private static string Configuration => AppContext.BaseDirectory.Contains("release", StringComparison.Ordinal) ? "release" : "debug";

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
                 <RestorePackagesWithLockFile>false</RestorePackagesWithLockFile>
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
    /// <param name="folder">Its working folder.</param>
    /// <param name="environment">Settings, by their names as variables.</param>
    public async Task<RunningHost> StartAsync(string folder, IReadOnlyDictionary<string, string>? environment = null)
    {
        const string listening = "Now listening on: ";
        var (process, printed) = await StartAsync(folder, until: listening, environment);
        return new RunningHost(process, printed[(printed.IndexOf(listening, StringComparison.Ordinal) + listening.Length)..].Trim());
    }

    /// <summary>Runs it in a folder, as a host on a free port, until it has printed a text; gives what it printed up to the end of that line.</summary>
    public async Task<string> RunUntilAsync(string folder, string text)
    {
        var (process, printed) = await StartAsync(folder, text);
        await using var host = new RunningHost(process, "");
        return printed;
    }

    private async Task<(Process Process, string Printed)> StartAsync(string folder, string until, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet", [_assembly, "--urls", "http://127.0.0.1:0"]) { WorkingDirectory = folder, RedirectStandardOutput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        var printed = new StringBuilder();
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            printed.AppendLine(line);
            if (line.Contains(until, StringComparison.Ordinal))
            {
                return (process, printed.ToString());
            }
        }

        throw new InvalidOperationException($"The host ended before it printed '{until}': {printed}");
    }
}

/// <summary>A host that runs until it is disposed.</summary>
internal sealed class RunningHost(Process process, string address) : IAsyncDisposable
{
    public string Address { get; } = address;

    /// <summary>Ends it as a crash does.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        // SIGTERM, as a service manager would: the host ends its trainings, where its store keeps nothing.
        if (!process.HasExited)
        {
            await Repository.RunAsync("kill", ["-TERM", $"{process.Id}"], Repository.Folder, engine: null, CancellationToken.None);
        }

        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }
}
