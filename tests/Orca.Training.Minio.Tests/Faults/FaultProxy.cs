using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orca.Training.Minio.Tests.Faults;

/// <summary>
/// The way to a real S3 server that treats chosen requests badly. Each connection carries one request, so that what becomes of it
/// does not depend on which connection the client took.
/// </summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly Uri _server;
    private readonly Func<string, ValueTask<Fault>> _choose;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    /// <param name="server">The server.</param>
    /// <param name="choose">Given a request's first line, says what becomes of it.</param>
    public FaultProxy(Uri server, Func<string, ValueTask<Fault>> choose)
    {
        (_server, _choose) = (server, choose);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(64);
        _serving = ServeAsync();
    }

    public FaultProxy(Uri server, Func<string, Fault> choose)
        : this(server, line => ValueTask.FromResult(choose(line)))
    {
    }

    public string Endpoint => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}";

    /// <summary>The heads of the requests so far.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _serving;
        _end.Dispose();
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
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task RelayAsync(Socket accepted)
    {
        try
        {
            await using var client = new NetworkStream(accepted, ownsSocket: true);
            if (await ReadHeadAsync(client) is not { } head)
            {
                return;
            }

            Requests.Enqueue(head);
            var body = new byte[LengthOf(head)];
            await client.ReadExactlyAsync(body, _end.Token);
            switch (await _choose(head.Split("\r\n")[0]))
            {
                case Fault.NoAnswer:
                    await StandStillAsync();
                    break;
                case Fault.Busy:
                    await client.WriteAsync(
                        "HTTP/1.1 503 Slow Down\r\nContent-Length: 42\r\nConnection: close\r\n\r\n<Error><Code>SlowDown</Code></Error>      "u8.ToArray(), _end.Token);
                    break;
                case var fault:
                    await PassAsync(client, head, body, fault);
                    break;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // Either side has left, or the test is over: both are what tests do.
        }
    }

    private async Task PassAsync(NetworkStream client, string head, byte[] body, Fault fault)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(_server.Host, _server.Port, _end.Token);
        var server = connection.GetStream();
        await server.WriteAsync(Encoding.Latin1.GetBytes(head + "\r\nConnection: close\r\n\r\n"), _end.Token);
        await server.WriteAsync(body, _end.Token);
        if (await ReadHeadAsync(server) is not { } answer)
        {
            return;
        }

        await client.WriteAsync(Encoding.Latin1.GetBytes(answer + "\r\n\r\n"), _end.Token);
        var left = fault switch
        {
            Fault.CutAfter cut => cut.Bytes,
            Fault.StillAfter still => still.Bytes,
            _ => long.MaxValue,
        };
        var buffer = new byte[64 * 1024];
        while (left > 0 && await server.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), _end.Token) is > 0 and var read)
        {
            await client.WriteAsync(buffer.AsMemory(0, read), _end.Token);
            left -= read;
        }

        if (fault is Fault.StillAfter)
        {
            await StandStillAsync();
        }
    }

    private Task StandStillAsync() => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _end.Token);

    /// <summary>Reads up to the empty line, and not a byte more.</summary>
    private async Task<string?> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, _end.Token) == 1)
        {
            head.Append((char)one[0]);
            if (one[0] == '\n' && head.Length >= 4 && head.ToString(head.Length - 4, 4) == "\r\n\r\n")
            {
                return head.ToString(0, head.Length - 4);
            }
        }

        return null;
    }

    private static int LengthOf(string head) =>
        head.Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) is { } line
            ? int.Parse(line.AsSpan("Content-Length:".Length), CultureInfo.InvariantCulture)
            : 0;
}
