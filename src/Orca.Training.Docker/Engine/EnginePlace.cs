using Docker.DotNet;

namespace Orca.Training.Docker.Engine;

/// <summary>Where an engine is and how it is spoken to there, from what is set and what Docker's own tools would use.</summary>
/// <param name="Endpoint">The address.</param>
/// <param name="Tls">Set where it is spoken to by TLS.</param>
internal sealed record EnginePlace(Uri Endpoint, DockerTlsOptions? Tls)
{
    public bool IsOpenToTheNetwork => Tls is null && Endpoint.Scheme is "tcp" or "http" && !Endpoint.IsLoopback;

    /// <param name="options">What is set.</param>
    /// <param name="variable">The environment.</param>
    public static EnginePlace Of(DockerOptions options, Func<string, string?> variable)
    {
        if (options.Endpoint is { } endpoint)
        {
            return new EnginePlace(endpoint, options.Tls ?? (endpoint.Scheme == "https" ? new DockerTlsOptions() : null));
        }

        endpoint = DockerConfig.Instance.GetEndpoint();
        var tls = options.Tls ?? (endpoint.Scheme is "tcp" or "https" && variable("DOCKER_TLS_VERIFY") is { Length: > 0 } ? FromFolder(variable) : null);
        return new EnginePlace(endpoint, tls);
    }

    /// <summary>The three files by which Docker's own tools know an engine across a network.</summary>
    private static DockerTlsOptions FromFolder(Func<string, string?> variable)
    {
        var folder = variable("DOCKER_CERT_PATH") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker");
        return new DockerTlsOptions
        {
            Authority = Path.Combine(folder, "ca.pem"),
            Certificate = Path.Combine(folder, "cert.pem"),
            Key = Path.Combine(folder, "key.pem"),
        };
    }
}
