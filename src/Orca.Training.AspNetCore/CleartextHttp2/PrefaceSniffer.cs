using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Orca.Training.AspNetCore.CleartextHttp2;

/// <summary>
/// Looks at the first bytes of a connection without taking them, and has the server speak HTTP/2 if they are how HTTP/2 begins
/// (RFC 9113, section 3.4).
/// </summary>
/// <param name="limits">The server's limits, read when a connection comes.</param>
/// <param name="time">Measures how long a connection is looked at.</param>
/// <param name="http2">The connection feature that makes the server speak HTTP/2; connections share it.</param>
internal sealed class PrefaceSniffer(KestrelServerLimits limits, TimeProvider time, object http2)
{
    // Kestrel's own timeouts begin only after this look, so it is bounded; what is silent for longer goes on under those.
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(30);

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0"u8;

    public async Task OnConnectionAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        // With TLS the two sides have agreed on a protocol already. Below TLS the first byte is no 'P'.
        if (connection.Features.Get<ITlsConnectionFeature>() is null && await BeginsWithPrefaceAsync(connection).ConfigureAwait(false))
        {
            connection.Features[http2.GetType()] = http2;
        }

        await next(connection).ConfigureAwait(false);
    }

    private async ValueTask<bool> BeginsWithPrefaceAsync(ConnectionContext connection)
    {
        var look = limits.RequestHeadersTimeout < LongestLook ? limits.RequestHeadersTimeout : LongestLook;
        using var timeout = new CancellationTokenSource(look, time);
        var closeRequested = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, connection.ConnectionClosed, closeRequested);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(end.Token).ConfigureAwait(false);
                var verdict = IsPreface(read.Buffer);
                if (verdict is not null || read.IsCompleted || read.IsCanceled)
                {
                    // Nothing is taken, and nothing counts as seen: the server reads it all, at once.
                    input.AdvanceTo(read.Buffer.Start);
                    return verdict is true;
                }

                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The look took too long, the server stops, or the connection broke: the server itself deals with each of these,
            // a broken connection tells it the same error again.
            return false;
        }
    }

    /// <summary>Null: too short to tell.</summary>
    private static bool? IsPreface(in ReadOnlySequence<byte> begin)
    {
        Span<byte> bytes = stackalloc byte[Preface.Length];
        var length = (int)Math.Min(begin.Length, bytes.Length);
        begin.Slice(0, length).CopyTo(bytes);
        return !Preface.StartsWith(bytes[..length]) ? false : length == Preface.Length ? true : null;
    }
}
