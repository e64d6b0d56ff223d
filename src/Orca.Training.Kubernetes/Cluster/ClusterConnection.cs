using k8s;
using k8s.Exceptions;

namespace Orca.Training.Kubernetes.Cluster;

/// <summary>
/// The one connection to a cluster, as one user of it, for one namespace: the client, and plain HTTP over the same transport for the
/// two calls that are streams (a watch, a container's output).
/// </summary>
internal sealed class ClusterConnection : IDisposable
{
    // A connection that has died in silence is found out by this: streams can be silent for days.
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(20);

    private readonly k8s.Kubernetes _client;

    private ClusterConnection(KubernetesClientConfiguration configuration, string space)
    {
        // No time limit in the client: each call has its own, which runs on TimeProvider and says what it was for.
        configuration.HttpClientTimeout = Timeout.InfiniteTimeSpan;
        configuration.FirstMessageHandlerSetup = handler =>
        {
            handler.KeepAlivePingDelay = PingAfter;
            handler.KeepAlivePingTimeout = PingTimeout;

            // Each running training holds a stream, and servers allow some hundred in a connection.
            handler.EnableMultipleHttp2Connections = true;
        };
        _client = new k8s.Kubernetes(configuration);
        Namespace = space;
    }

    /// <summary>The typed calls.</summary>
    public IKubernetes Client => _client;

    public string Namespace { get; }

    public Uri Endpoint => _client.BaseUri;

    /// <exception cref="InvalidOperationException">The options lead to no cluster; the message says which and what would be right.</exception>
    public static ClusterConnection Open(string machine, KubernetesOptions options)
    {
        try
        {
            var configuration = options.KubeConfig is null && options.Context is null && KubernetesClientConfiguration.IsInCluster()
                ? KubernetesClientConfiguration.InClusterConfig()
                : KubernetesClientConfiguration.BuildConfigFromConfigFile(options.KubeConfig, options.Context);
            return new ClusterConnection(configuration, options.Namespace ?? (configuration.Namespace is { Length: > 0 } own ? own : "default"));
        }
        catch (Exception exception) when (exception is KubeConfigException or IOException or UnauthorizedAccessException or YamlDotNet.Core.YamlException)
        {
            throw new InvalidOperationException(
                $"Machine '{machine}' cannot determine the address of its cluster ({exception.Message.TrimEnd('.')}): set KubernetesOptions.KubeConfig to a file that works with kubectl, and Context to one of its contexts.",
                exception);
        }
    }

    /// <summary>Begins a call whose answer is a stream.</summary>
    /// <param name="path">The path and query, from the cluster's own address on.</param>
    /// <param name="cancellationToken">Gives it up; the answer's body heeds another.</param>
    public async Task<HttpResponseMessage> OpenStreamAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_client.BaseUri, path));
        if (_client.Credentials is { } credentials)
        {
            await credentials.ProcessHttpRequestAsync(request, cancellationToken);
        }

        return await _client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public void Dispose() => _client.Dispose();
}
