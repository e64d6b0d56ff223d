using Docker.DotNet;
using Docker.DotNet.Models;
using Orca.Training.Docker.Tests.Engine;

[assembly: AssemblyFixture(typeof(DockerEngine))]

namespace Orca.Training.Docker.Tests.Engine;

/// <summary>The machine's own engine, for all tests in this folder: they fail without one, since skipped tests hide that.</summary>
public sealed class DockerEngine : IAsyncLifetime
{
    public const string Image = "orca-training/test:latest";

    /// <summary>The engine's socket, where a proxy leads.</summary>
    public static string Socket { get; } = DockerConfig.Instance.GetEndpoint().LocalPath;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private Exception? _missing;

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
            _missing = exception;
            return;
        }

        await Repository.RunScriptAsync("test-image.sh", [], engine: null, TestContext.Current.CancellationToken);
    }

    /// <summary>Fails with the way out where there is no engine.</summary>
    public void Require()
    {
        if (_missing is not null)
        {
            Assert.Fail($"No Docker Engine answers; start one with 'eng/engine.sh up'. ({_missing.Message})");
        }
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        return ValueTask.CompletedTask;
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
}
