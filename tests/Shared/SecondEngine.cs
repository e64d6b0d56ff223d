namespace Orca.Training.Tests.Shared;

/// <summary>An engine of the test's own, that it may stop, kill and start while containers run.</summary>
internal sealed class SecondEngine : IAsyncDisposable
{
    private static int _made;

    private readonly string _name = $"t{Environment.ProcessId}-{Interlocked.Increment(ref _made)}";
    private readonly string _restore;

    private SecondEngine(bool keepsContainers) => _restore = keepsContainers ? "--live-restore" : "--no-live-restore";

    /// <summary>Its address, as in DOCKER_HOST.</summary>
    public string Host { get; private set; } = "";

    /// <param name="keepsContainers">Whether containers run on while the engine is stopped.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public static async Task<SecondEngine> StartNewAsync(bool keepsContainers, CancellationToken cancellationToken)
    {
        var engine = new SecondEngine(keepsContainers);
        try
        {
            engine.Host = await engine.RunAsync("up", cancellationToken);
            await Repository.RunScriptAsync("test-image.sh", [], engine.Host, cancellationToken);
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => RunAsync("stop", cancellationToken);

    public Task KillAsync(CancellationToken cancellationToken) => RunAsync("kill", cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => RunAsync("start", cancellationToken);

    public async ValueTask DisposeAsync() => await RunAsync("down", CancellationToken.None);

    private Task<string> RunAsync(string command, CancellationToken cancellationToken) =>
        Repository.RunScriptAsync("second-engine.sh", command is "up" or "start" ? [command, _name, _restore] : [command, _name], engine: null, cancellationToken);
}
