using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Orca.Training.Tests.Shared;

/// <summary>A real nginx on loopback, in front of what its settings name.</summary>
internal sealed class NginxServer : IAsyncDisposable
{
    private static int _made;

    private readonly string _name = $"t{Environment.ProcessId}-{Interlocked.Increment(ref _made)}";

    private NginxServer()
    {
    }

    /// <summary>Whether it can run as another user than the test's own.</summary>
    public static bool HasUsers => Environment.IsPrivilegedProcess;

    /// <param name="servers">The server blocks.</param>
    /// <param name="user">Who connects to what it stands before; null for the test's own user.</param>
    public static async Task<NginxServer> StartAsync(string servers, string? user = null)
    {
        var nginx = new NginxServer();
        var settings = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(settings, servers, TestContext.Current.CancellationToken);
            string[] users = user is null ? [] : ["--user", user];
            await nginx.RunAsync("up", [settings, "--for", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), .. users]);
        }
        catch (InvalidOperationException e) when (e.Message.Contains("apt-get", StringComparison.Ordinal) || e.Message.Contains("does not run here", StringComparison.Ordinal))
        {
            Assert.Skip($"There is no nginx to be had here: {e.Message}");
        }
        finally
        {
            File.Delete(settings);
        }

        return nginx;
    }

    /// <summary>A port of 127.0.0.1 that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync() => await RunAsync("down");

    private Task<string> RunAsync(string command, params string[] more) =>
        Repository.RunScriptAsync("nginx.sh", [command, _name, .. more], engine: null, CancellationToken.None);
}
