using System.Globalization;

namespace Orca.Training.Tests.Shared;

/// <summary>An S3 server of the test's own, that it may kill and start.</summary>
public class S3TestServer : IAsyncLifetime
{
    private static int _made;

    private readonly string _name = $"t{Environment.ProcessId}-{Interlocked.Increment(ref _made)}";
    private readonly bool _hasNetwork;
    private IReadOnlyDictionary<string, string> _answer = new Dictionary<string, string>();

    /// <summary>One that nobody but this host reaches.</summary>
    public S3TestServer()
        : this(hasNetwork: false)
    {
    }

    /// <param name="hasNetwork">Whether containers of the engine reach it too, in a network that leads nowhere else.</param>
    protected S3TestServer(bool hasNetwork) => _hasNetwork = hasNetwork;

    public Uri Endpoint => new(_answer["ORCA_S3"]);

    public string AccessKey => _answer["ORCA_S3_ACCESS_KEY"];

    public string SecretKey => _answer["ORCA_S3_SECRET_KEY"];

    /// <summary>What the owner of the key may assume.</summary>
    public string RoleArn => _answer["ORCA_S3_ROLE"];

    /// <summary>The engine's network.</summary>
    public string Network => _answer["ORCA_S3_NETWORK"];

    /// <summary>The server as containers in that network reach it.</summary>
    public Uri ContainerEndpoint => new(_answer["ORCA_S3_CONTAINERS"]);

    public async ValueTask InitializeAsync()
    {
        string[] network = _hasNetwork ? ["--network"] : [];
        var answer = await RunAsync("up", ["--for", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), .. network]);
        _answer = answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('=', 2)).ToDictionary(p => p[0], p => p[1].Trim('\''));
    }

    /// <summary>As a crash ends it: what was acknowledged is kept.</summary>
    public Task KillAsync() => RunAsync("kill");

    public Task StartAsync() => RunAsync("start");

    public async ValueTask DisposeAsync()
    {
        await RunAsync("down");
        GC.SuppressFinalize(this);
    }

    private Task<string> RunAsync(string command, params string[] more) =>
        Repository.RunScriptAsync("s3.sh", [command, _name, .. more], engine: null, CancellationToken.None);
}

/// <summary>An S3 server that containers reach too.</summary>
public sealed class S3TestServerWithNetwork() : S3TestServer(hasNetwork: true);
