using Grpc.Net.Client;
using Orca.Training.Grpc;

namespace Orca.Training.Client;

/// <summary>How a client reaches a service when nobody says otherwise.</summary>
internal static class TrainingChannel
{
    // A service that does not even take a connection is not waited for longer than this.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    // A stream may be silent for hours. A ping tells silence from a service that vanished without a word: at most the sum of
    // both is waited for one.
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(15);

    public static GrpcChannel Open(Uri address, TrainingConnection options)
    {
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps) || address.Query.Length > 0 || address.Fragment.Length > 0)
        {
            throw new ArgumentException($"'{address.OriginalString}' is not the address of a training service: give scheme, host and port, and a path prefix if there is one, such as http://localhost:5000.", nameof(address));
        }

        var handler = new SocketsHttpHandler
        {
            // Watches beyond the streams that one connection may carry get another connection instead of waiting.
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = ConnectTimeout,
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            // Cleartext HTTP/2 does not pass through a proxy.
            UseProxy = address.Scheme == Uri.UriSchemeHttps,
            // No service of gRPC redirects: what does is a sign-in page, and following it would hide that.
            AllowAutoRedirect = false,
        };
        var caller = new CallerHandler(handler, options.Token) { PathPrefix = address.AbsolutePath.TrimEnd('/') };
        return GrpcChannel.ForAddress(address.GetLeftPart(UriPartial.Authority), new GrpcChannelOptions { HttpHandler = caller, DisposeHttpClient = true });
    }
}
