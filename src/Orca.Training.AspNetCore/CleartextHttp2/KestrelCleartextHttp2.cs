using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Orca.Training.AspNetCore.CleartextHttp2;

/// <summary>
/// Lets Kestrel's ordinary ports answer HTTP/2 without TLS next to HTTP/1.1, which is what gRPC without TLS needs. Kestrel by itself
/// has no way to tell the two apart on a connection without TLS, and takes all for HTTP/1.1.
/// </summary>
internal static class KestrelCleartextHttp2
{
    /// <summary>Before the server starts: every endpoint gets a look at how its connections begin.</summary>
    public static void Enable(IServiceProvider services)
    {
        // With another server these options are there too, and nobody reads them.
        var options = services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(KestrelCleartextHttp2));
        Enable(options, services.GetService<TimeProvider>() ?? TimeProvider.System, logger, KestrelInternals.NewHttpProtocolsFeature);
    }

    internal static void Enable(KestrelServerOptions options, TimeProvider time, ILogger logger, Func<HttpProtocols, object> newProtocolsFeature)
    {
        try
        {
            var sniffer = new PrefaceSniffer(options.Limits, time, newProtocolsFeature(HttpProtocols.Http2));
            var defaults = KestrelInternals.EndpointDefaults(options);
            var made = KestrelInternals.CodeBackedEndpoints(options);
            options.ConfigureEndpointDefaults(endpoint =>
            {
                defaults(endpoint);
                Attach(endpoint, sniffer);
            });
            made.ForEach(endpoint => Attach(endpoint, sniffer));
        }
        catch (Exception exception) when (exception is MissingMemberException or TypeLoadException)
        {
            // The host works without; only this one convenience is missing.
            Log.CleartextHttp2Unavailable(logger, exception.Message);
        }
    }

    private static void Attach(ListenOptions endpoint, PrefaceSniffer sniffer) => endpoint.Use(next =>
        // Called when the server binds, so the host has said what it wants. A single protocol is nothing to choose from.
        endpoint.Protocols.HasFlag(HttpProtocols.Http1AndHttp2) ? connection => sniffer.OnConnectionAsync(connection, next) : next);
}
