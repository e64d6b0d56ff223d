using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Orca.Training.Tests.Shared;

/// <summary>What becomes of one request.</summary>
internal abstract record Treatment
{
    /// <summary>The engine answers it.</summary>
    public sealed record Pass : Treatment;

    /// <summary>The proxy answers it, and the engine never hears of it.</summary>
    public sealed record Answer(int Status, string Message) : Treatment;

    /// <summary>The engine carries it out, and its answer is lost.</summary>
    public sealed record LoseAnswer : Treatment;

    /// <summary>Nobody answers.</summary>
    public sealed record Hang : Treatment;

    /// <summary>The answer breaks off after so many bytes.</summary>
    public sealed record CutAfter(int Bytes) : Treatment;
}

/// <summary>
/// The way to a real engine, by a socket or by TCP, with or without TLS, that treats chosen requests badly. The runtime's client makes
/// a connection for each request, so that the first line of a connection tells what it is about.
/// </summary>
internal sealed class EngineProxy : IAsyncDisposable
{
    private static int _made;

    private readonly string _engine;
    private readonly Socket _listener;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly Func<string, Treatment> _treat;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    /// <param name="engine">The engine's socket.</param>
    /// <param name="treat">Given a request's first line, says what becomes of it.</param>
    /// <param name="tls">Set for TCP by TLS, null for a socket.</param>
    /// <param name="path">Where the socket is; null for a new place.</param>
    public EngineProxy(string engine, Func<string, Treatment> treat, SslServerAuthenticationOptions? tls = null, string? path = null)
    {
        (_engine, _treat, _tls) = (engine, treat, tls);
        if (tls is null)
        {
            path ??= Path.Combine(Path.GetTempPath(), $"orca-proxy-{Environment.ProcessId}-{Interlocked.Increment(ref _made)}.sock");
            _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            _listener.Bind(new UnixDomainSocketEndPoint(path));
            Endpoint = new Uri($"unix://{path}");
        }
        else
        {
            _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            Endpoint = new Uri($"tcp://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}");
        }

        _listener.Listen(64);
        _serving = ServeAsync();
    }

    public Uri Endpoint { get; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _serving;
        _end.Dispose();
        if (Endpoint.Scheme == "unix")
        {
            File.Delete(Endpoint.LocalPath);
        }
    }

    private async Task ServeAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(RelayAsync(await _listener.AcceptAsync(_end.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task RelayAsync(Socket accepted)
    {
        using var socket = accepted;
        try
        {
            await using var client = await OpenAsync(socket);
            var buffer = new byte[16 * 1024];
            var read = await client.ReadAsync(buffer, _end.Token);
            if (read == 0)
            {
                return;
            }

            var treatment = _treat(Encoding.Latin1.GetString(buffer, 0, read).Split("\r\n")[0]);
            switch (treatment)
            {
                case Treatment.Hang:
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _end.Token);
                    break;
                case Treatment.Answer answer:
                    var body = $$"""{"message":"{{answer.Message}}"}""";
                    await client.WriteAsync(
                        Encoding.Latin1.GetBytes($"HTTP/1.1 {answer.Status} Status\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"), _end.Token);
                    break;
                default:
                    await PassAsync(client, buffer.AsMemory(0, read), treatment);
                    break;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // Either side has left, or the test is over: both are what tests do.
        }
    }

    private async Task<Stream> OpenAsync(Socket socket)
    {
        var plain = new NetworkStream(socket);
        if (_tls is null)
        {
            return plain;
        }

        var secured = new SslStream(plain);
        await secured.AuthenticateAsServerAsync(_tls, _end.Token);
        return secured;
    }

    private async Task PassAsync(Stream client, ReadOnlyMemory<byte> begun, Treatment treatment)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_engine), _end.Token);
        await using var engine = new NetworkStream(socket);
        await engine.WriteAsync(begun, _end.Token);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        var asking = client.CopyToAsync(engine, over.Token);
        var left = treatment switch
        {
            Treatment.LoseAnswer => 0,
            Treatment.CutAfter cut => cut.Bytes,
            _ => int.MaxValue,
        };
        var buffer = new byte[64 * 1024];
        while (await engine.ReadAsync(buffer, _end.Token) is > 0 and var read && left > 0)
        {
            var sent = Math.Min(read, left);
            await client.WriteAsync(buffer.AsMemory(0, sent), _end.Token);
            left -= left == int.MaxValue ? 0 : sent;
        }

        await over.CancelAsync();
        socket.Shutdown(SocketShutdown.Both);
        await asking.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
