using System.Diagnostics;
using Docker.DotNet;
using Docker.DotNet.Models;
using Orca.Training.Docker.Tests.Engine;

[assembly: AssemblyFixture(typeof(DockerEngine))]

namespace Orca.Training.Docker.Tests.Engine;

/// <summary>The machine's own engine, for all tests in this folder: they fail without one, since skipped tests hide that.</summary>
public sealed class DockerEngine : IAsyncLifetime
{
    public const string Image = "orca-training/test:latest";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private Exception? missing;

    /// <summary>To look at what the runtime did, and to do by hand what users do.</summary>
    public IDockerClient Client { get; } = new DockerClientBuilder().WithTimeout(Patience).Build();

    public async ValueTask InitializeAsync()
    {
        try
        {
            await Client.System.PingAsync(TestContext.Current.CancellationToken);
        }
        catch (Exception exception)
        {
            // Not thrown here: tests that need no engine run without one.
            missing = exception;
            return;
        }

        await ScriptAsync("test-image.sh", "", TestContext.Current.CancellationToken);
    }

    /// <summary>Fails with the way out where there is no engine.</summary>
    public void Require()
    {
        if (missing is not null)
        {
            Assert.Fail($"No Docker Engine answers; start one with 'eng/engine.sh up'. ({missing.Message})");
        }
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs a script of eng/ and gives what it printed.</summary>
    public static async Task<string> ScriptAsync(string script, string arguments, CancellationToken cancellationToken, string? engine = null)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec '{Path.Combine(Folder(), "eng", script)}' {arguments}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (engine is not null)
        {
            start.Environment["DOCKER_HOST"] = engine;
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"eng/{script} {arguments} ended with {process.ExitCode}: {output}");
    }

    /// <summary>Containers of other engines and runs are not ours: each test asks for its own.</summary>
    public async Task<ContainerInspectResponse?> InspectAsync(string container)
    {
        try
        {
            return await Client.Containers.InspectContainerAsync(container, TestContext.Current.CancellationToken);
        }
        catch (DockerContainerNotFoundException)
        {
            return null;
        }
    }

    private static string Folder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Directory.Packages.props")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder;
    }
}
