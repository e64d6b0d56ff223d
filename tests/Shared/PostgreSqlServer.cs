namespace Orca.Training.Tests.Shared;

/// <summary>A PostgreSQL server of the test's own, that it may stop, kill and start.</summary>
public sealed class PostgreSqlServer : IAsyncLifetime
{
    private static int _made;

    private readonly string _name = $"t{Environment.ProcessId}-{Interlocked.Increment(ref _made)}";

    /// <summary>How to reach it, as its owner.</summary>
    public string ConnectionString { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var answer = await RunAsync("up", "--for", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        ConnectionString = answer.Split('\'')[1];
    }

    /// <summary>As a service manager stops it: connections are cut.</summary>
    public Task StopAsync() => RunAsync("stop");

    /// <summary>As a crash ends it.</summary>
    public Task KillAsync() => RunAsync("kill");

    public Task StartAsync() => RunAsync("start");

    public async ValueTask DisposeAsync() => await RunAsync("down");

    private Task<string> RunAsync(string command, params string[] more) =>
        Repository.RunScriptAsync("postgres.sh", [command, _name, .. more], engine: null, CancellationToken.None);
}
