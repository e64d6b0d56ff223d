using Microsoft.Extensions.Logging.Abstractions;

namespace Orca.Training.Docker.Tests.Engine;

/// <summary>An engine of the test's own, that it may stop, kill and start while containers run.</summary>
internal sealed class SecondEngine : IAsyncDisposable
{
    private static int made;

    private readonly string name;
    private readonly string restore;
    private string? host;

    private SecondEngine(bool keepsContainers)
    {
        name = $"t{Environment.ProcessId}-{Interlocked.Increment(ref made)}";
        restore = keepsContainers ? "--live-restore" : "--no-live-restore";
    }

    /// <param name="keepsContainers">Whether containers run on while the engine is stopped.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public static async Task<SecondEngine> StartNewAsync(bool keepsContainers, CancellationToken cancellationToken)
    {
        var engine = new SecondEngine(keepsContainers);
        try
        {
            engine.host = await engine.RunAsync("up", cancellationToken);
            await DockerEngine.ScriptAsync("test-image.sh", "", cancellationToken, engine.host);
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    public DockerRuntime NewRuntime() =>
        new("second", new DockerOptions { Endpoint = new Uri(host!) }, TimeProvider.System, NullLogger.Instance);

    public Task StopAsync(CancellationToken cancellationToken) => RunAsync("stop", cancellationToken);

    public Task KillAsync(CancellationToken cancellationToken) => RunAsync("kill", cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => RunAsync("start", cancellationToken);

    public async ValueTask DisposeAsync() => await RunAsync("down", CancellationToken.None);

    private Task<string> RunAsync(string command, CancellationToken cancellationToken) =>
        DockerEngine.ScriptAsync("second-engine.sh", command is "up" or "start" ? $"{command} {name} {restore}" : $"{command} {name}", cancellationToken);
}
