using Minio;
using Orca.Training.Access;

namespace Orca.Training.Minio.Objects;

/// <summary>The connection to an S3 server, with the host's own key. Thread-safe.</summary>
internal sealed class S3Server : IDisposable
{
    private readonly HttpClient _http;

    private readonly string? _token;

    /// <param name="options">Where it is, and the key.</param>
    /// <param name="time">For pauses.</param>
    /// <param name="token">The session's token, where the key is a temporary one.</param>
    public S3Server(MinioOptions options, TimeProvider time, string? token = null)
    {
        _token = token;
        Options = options;
        var network = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(10), ConnectTimeout = TimeSpan.FromSeconds(10), MaxConnectionsPerServer = 64 };
        Time = time;

        // Large bodies take as long as they take: what stands still is noticed by who reads it.
        _http = new HttpClient(new PatientHandler(network, time)) { Timeout = Timeout.InfiniteTimeSpan };
        Client = ClientOf(Endpoint);
    }

    public MinioOptions Options { get; }

    public TimeProvider Time { get; }

    public IMinioClient Client { get; }

    public Uri Endpoint => new(Options.Endpoint);

    public Uri ContainerEndpoint => new(Options.ContainerEndpoint ?? Options.Endpoint);

    public HttpClient Http => _http;

    public S3Bucket Bucket(string name) => new(this, name);

    public S3Bucket BucketOf(S3Address address) => Bucket(address.Bucket);

    /// <summary>A URL that reads one object, for one address of the server only.</summary>
    public string Presign(Uri endpoint, string bucket, string key, TimeSpan lifetime) => PresignedUrl.Of(Options, _token, endpoint, bucket, key, lifetime, Time.GetUtcNow());

    public void Dispose()
    {
        Client.Dispose();
        _http.Dispose();
    }

    private IMinioClient ClientOf(Uri endpoint)
    {
        var client = new MinioClient()
            .WithEndpoint(endpoint.Authority)
            .WithSSL(endpoint.Scheme == Uri.UriSchemeHttps)
            .WithCredentials(Options.AccessKey, Options.SecretKey)
            .WithRegion(Options.Region)
            .WithHttpClient(_http);
        return (_token is null ? client : client.WithSessionToken(_token)).Build();
    }
}
