using System.Collections.Frozen;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Orca.Training.AspNetCore.Access;

/// <summary>
/// Tells a direct caller on this machine from one behind a proxy on it. The loopback address alone says nothing: whatever a proxy, a
/// tunnel or a browser on this machine passes on comes from there too.
/// </summary>
internal static class LocalCaller
{
    // What command-line tools, browsers, and HTTP and gRPC libraries send by themselves. Proxies give themselves away by what they add.
    private static readonly FrozenSet<string> DirectHeaders = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Authorization", "Baggage", "Cache-Control", "Connection",
        "Content-Encoding", "Content-Length", "Content-Type", "Cookie", "Correlation-Context", "Date", "DNT", "Expect", "Host",
        "HTTP2-Settings",
        "Idempotency-Key", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since", "Keep-Alive",
        "Last-Event-ID", "Origin", "Pragma", "Priority", "Range", "Referer", "Request-Id", "TE", "Traceparent", "Tracestate",
        "Transfer-Encoding", "Upgrade", "Upgrade-Insecure-Requests", "User-Agent", "X-Requested-With");

    // Sec- is the browser's own, which no script can set; grpc- is the protocol's own.
    private static readonly string[] DirectPrefixes = ["Sec-", "grpc-"];

    /// <summary>Null: it is one. Otherwise why it is not known to be one, as the end of a sentence.</summary>
    public static string? WhyNot(HttpContext context)
    {
        var (connection, request) = (context.Connection, context.Request);
        return connection.RemoteIpAddress is not { } remote ? "this call came through a socket that does not tell who is at its other end"
            : !IsLoopback(remote) ? "this call came from another machine"
            : HttpProtocol.IsHttp10(request.Protocol) || HttpProtocol.IsHttp09(request.Protocol)
                ? $"this call is {request.Protocol}, as proxies send it"
            : WhyNotByHost(request.Host, request.IsHttps, connection.LocalPort)
            ?? WhyNotByHeaders(request.Headers)
            ?? SocketOwners.WhyNot(context);
    }

    // A name that is not this machine's own came from elsewhere: through a proxy, or by a page whose name was rebound to this address.
    private static string? WhyNotByHost(HostString host, bool isHttps, int port) =>
        !IsLoopbackName(host.Host)
            ? $"this call is addressed to {Printable.Of(host.Value)}, which is not localhost, 127.0.0.1 or [::1]"
        : (host.Port ?? (isHttps ? 443 : 80)) != port
            ? $"this call is addressed to {Printable.Of(host.Value)}, which is not port {port}, where it came in"
        : null;

    private static string? WhyNotByHeaders(IHeaderDictionary headers)
    {
        foreach (var (name, values) in headers)
        {
            if (!DirectHeaders.Contains(name) && !Array.Exists(DirectPrefixes, p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase)))
            {
                return $"this call has the header {Printable.Of(name)}, which a proxy may have added";
            }

            if (name.Equals("Connection", StringComparison.OrdinalIgnoreCase) && !IsKept(values, headers))
            {
                return $"this call says Connection: {Printable.Of(values)}, as proxies do";
            }
        }

        return null;
    }

    // It says keep-alive, or names other headers of this hop.
    private static bool IsKept(StringValues values, IHeaderDictionary headers) =>
        values.SelectMany(v => (v ?? "").Split(',', StringSplitOptions.TrimEntries))
            .All(t => t.Equals("keep-alive", StringComparison.OrdinalIgnoreCase) || headers.ContainsKey(t));

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host is "[::1]" or "127.0.0.1"
        // By its usual spelling only: 127.1 and 2130706433 are read as addresses too.
        || (IPAddress.TryParse(host, out var address) && address.ToString() == host && host.StartsWith("127.", StringComparison.Ordinal));

    private static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
