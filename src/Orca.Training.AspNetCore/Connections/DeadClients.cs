using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Orca.Training.AspNetCore.Connections;

/// <summary>
/// Has Kestrel notice clients that vanished without a word: a stream about a job that does not change would stay open for them until the
/// system gives their connection up, hours later.
/// </summary>
internal static class DeadClients
{
    private static readonly TimeSpan SilenceBeforePing = TimeSpan.FromMinutes(1);

    /// <summary>Before the server starts: a connection that was silent for a minute is asked, and closed if it does not answer. The host's own setting holds.</summary>
    public static void Notice(IServiceProvider services)
    {
        var http2 = services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.Http2;
        if (http2.KeepAlivePingDelay == TimeSpan.MaxValue)
        {
            http2.KeepAlivePingDelay = SilenceBeforePing;
        }
    }
}
