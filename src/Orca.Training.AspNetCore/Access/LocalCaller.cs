using System.Collections.Frozen;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Orca.Training.AspNetCore.Access;

/// <summary>
/// Distinguishes local callers from callers behind a proxy on this machine. A loopback address is not enough: whatever a proxy, a tunnel or
/// a browser on this machine forwards comes from there too.
/// </summary>
internal static class LocalCaller
{
    // What command-line tools, browsers, and HTTP and gRPC libraries send by themselves. Proxies are recognized by what they add.
    private static readonly FrozenSet<string> DirectHeaders = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Authorization", "Baggage", "Cache-Control", "Connection",
        "Content-Encoding", "Content-Length", "Content-Type", "Cookie", "Correlation-Context", "Date", "DNT", "Expect", "Host",
        "HTTP2-Settings",
        "Idempotency-Key", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since", "Keep-Alive",
        "Last-Event-ID", "Origin", "Pragma", "Priority", "Range", "Referer", "Request-Id", "TE", "Traceparent", "Tracestate",
        "Transfer-Encoding", "Upgrade", "Upgrade-Insecure-Requests", "User-Agent", "X-Requested-With");

    // Sec- headers are set by the browser, never by scripts; grpc- headers by the protocol.
    private static readonly string[] DirectPrefixes = ["Sec-", "grpc-"];

    // The latest that was accepted: most callers use one address, and parsing it costs as much as the rest of the check.
    private static Addressed? _accepted;

    /// <summary>Why a call does not count as local, as the end of a sentence; null if it does.</summary>
    public static string? WhyNot(HttpContext context)
    {
        var (connection, request) = (context.Connection, context.Request);
        return connection.RemoteIpAddress is not { } remote ? "the connection of this call does not identify the caller"
            : !IsLoopback(remote) ? "this call comes from another machine"
            : HttpProtocol.IsHttp10(request.Protocol) || HttpProtocol.IsHttp09(request.Protocol)
                ? $"this call uses {request.Protocol}, as proxies do"
            : WhyNotByHost(request.Host, request.IsHttps, connection.LocalPort)
            ?? WhyNotByHeaders(request.Headers)
            ?? SocketOwners.WhyNot(context);
    }

    // Another name means a proxy, or DNS rebinding: a page whose name resolves to this address.
    private static string? WhyNotByHost(HostString host, bool isHttps, int port)
    {
        if (Volatile.Read(ref _accepted) is { } accepted && accepted.Is(host.Value, isHttps, port))
        {
            return null;
        }

        var whyNot = WhyNotByParts(host, isHttps, port);
        if (whyNot is null)
        {
            Volatile.Write(ref _accepted, new Addressed(host.Value, isHttps, port));
        }

        return whyNot;
    }

    private static string? WhyNotByParts(HostString host, bool isHttps, int port) =>
        !IsLoopbackName(host.Host)
            ? $"this call is addressed to {Printable.Of(host.Value)}, not to localhost, 127.0.0.1 or [::1]"
        : (host.Port ?? (isHttps ? 443 : 80)) != port
            ? $"this call is addressed to {Printable.Of(host.Value)}, not to port {port}, where it arrived"
        : null;

    private static string? WhyNotByHeaders(IHeaderDictionary headers)
    {
        if (headers.Count == CountOfGrpc(headers))
        {
            return null;
        }

        foreach (var (name, values) in headers)
        {
            if (!DirectHeaders.Contains(name) && !Array.Exists(DirectPrefixes, p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase)))
            {
                return $"this call has the header {Printable.Of(name)}, which a proxy may have added";
            }

            if (name.Equals("Connection", StringComparison.OrdinalIgnoreCase) && !IsKept(values, headers))
            {
                return $"this call has the header Connection: {Printable.Of(values)}, as proxies do";
            }
        }

        return null;
    }

    // How many headers a gRPC library has sent by itself. If there are no others, none needs to be looked at: enumerating allocates.
    private static int CountOfGrpc(IHeaderDictionary headers) =>
        One(headers.Host) + One(headers.UserAgent) + One(headers.ContentType) + One(headers.TE)
        + One(headers.GrpcAcceptEncoding) + One(headers.GrpcTimeout) + One(headers.TraceParent);

    private static int One(StringValues values) => values.Count > 0 ? 1 : 0;

    // It is keep-alive, or names other headers of this hop.
    private static bool IsKept(StringValues values, IHeaderDictionary headers) =>
        values.SelectMany(v => (v ?? "").Split(',', StringSplitOptions.TrimEntries))
            .All(t => t.Equals("keep-alive", StringComparison.OrdinalIgnoreCase) || headers.ContainsKey(t));

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host is "[::1]" or "127.0.0.1"
        // In its usual notation only: 127.1 and 2130706433 are parsed as addresses too.
        || (IPAddress.TryParse(host, out var address) && address.ToString() == host && host.StartsWith("127.", StringComparison.Ordinal));

    private static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    /// <summary>All that the verdict on the address of a call depends on.</summary>
    private sealed record Addressed(string? Host, bool IsHttps, int Port)
    {
        public bool Is(string? host, bool isHttps, int port) => Port == port && IsHttps == isHttps && Host == host;
    }
}
