using Docker.DotNet;
using Docker.DotNet.Handler.Abstractions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Orca.Training.Docker.Engine;

/// <summary>
/// The one connection to an engine: the client, and a plain HTTP client over the same transport for the one call whose frames
/// the client hides (a container's output).
/// </summary>
internal sealed class EngineConnection : IDisposable
{
    private readonly EngineTls? _tls;

    public EngineConnection(EnginePlace place)
    {
        Endpoint = place.Endpoint;
        _tls = place.Tls is { } files ? new EngineTls(files) : null;

        // No time limit in the clients: each call has its own, which runs on TimeProvider and says what it was for.
        var builder = new DockerClientBuilder().WithEndpoint(Endpoint).WithTimeout(Timeout.InfiniteTimeSpan);
        Client = (_tls is null ? builder : builder.WithAuthProvider(_tls)).Build();
        IDockerHandlerFactory transports = Endpoint.Scheme switch
        {
            "unix" => global::Docker.DotNet.Unix.DockerHandlerFactory.Instance,
            "npipe" => global::Docker.DotNet.NPipe.DockerHandlerFactory.Instance,
            _ => global::Docker.DotNet.LegacyHttp.DockerHandlerFactory.Instance,
        };
        var transport = transports.CreateHandler(Client.Options, NullLogger.Instance);
        Http = new HttpClient(_tls?.ConfigureHandler(transport.Handler) ?? transport.Handler) { BaseAddress = transport.EffectiveEndpoint, Timeout = Timeout.InfiniteTimeSpan };
    }

    public Uri Endpoint { get; }

    public IDockerClient Client { get; }

    public HttpClient Http { get; }

    public void Dispose()
    {
        Client.Dispose();
        Http.Dispose();
        _tls?.Dispose();
    }
}
