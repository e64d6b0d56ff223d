using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Orca.Training.Docker.Tests.Faults;

/// <summary>
/// Speaks just enough of the engine's protocol, on a socket of its own, to do what a real engine does not do on demand: hang,
/// fail, and end within a word.
/// </summary>
internal sealed class FakeEngine : IAsyncDisposable
{
    private static int _made;

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<string, Socket, CancellationToken, Task> _answer;
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"orca-fake-{Environment.ProcessId}-{Interlocked.Increment(ref _made)}.sock");
    private readonly Task _serving;

    /// <summary>Answers each request, of which it is given the first line, in its own way; the connection ends after it.</summary>
    public FakeEngine(Func<string, Socket, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Bind(new UnixDomainSocketEndPoint(_path));
        _listener.Listen(64);
        _serving = ServeAsync();
    }

    /// <summary>Gives each request the same answer, and ends the connection.</summary>
    public FakeEngine(string _answer)
        : this((_, socket, token) => SendAsync(socket, _answer, token))
    {
    }

    public Uri Endpoint => new($"unix://{_path}");

    public static string Json(int status, string body) =>
        $"HTTP/1.1 {status} Status\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    /// <summary>The beginning of an answer of unknown length.</summary>
    public static string Stream(string contentType = "application/json") =>
        $"HTTP/1.1 200 OK\r\nContent-Type: {contentType}\r\nTransfer-Encoding: chunked\r\n\r\n";

    public static string Chunk(string text) => $"{Encoding.Latin1.GetByteCount(text):x}\r\n{text}\r\n";

    public static async Task SendAsync(Socket socket, string text, CancellationToken cancellationToken) =>
        await socket.SendAsync(Encoding.Latin1.GetBytes(text), cancellationToken);

    public static Task Hang(CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _listener.Dispose();
        _end.Dispose();
        File.Delete(_path);
    }

    private async Task ServeAsync()
    {
        var open = new List<Task>();
        while (!_end.IsCancellationRequested)
        {
            try
            {
                open.Add(AnswerAsync(await _listener.AcceptAsync(_end.Token)));
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        await Task.WhenAll(open);
    }

    private async Task AnswerAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                await _answer(await ReadRequestAsync(socket), socket, _end.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException)
            {
                // The test is over, or the client has left: both are what tests do.
            }
        }
    }

    /// <summary>Reads all of a request, so that the client is never cut off while it writes; gives its first line.</summary>
    private async Task<string> ReadRequestAsync(Socket socket)
    {
        const string EndOfHead = "\r\n\r\n";
        var buffer = new byte[16 * 1024];
        var filled = 0;
        while (filled < buffer.Length)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(filled), _end.Token);
            filled += read;
            var text = Encoding.Latin1.GetString(buffer, 0, filled);
            var head = text.IndexOf(EndOfHead, StringComparison.Ordinal);
            if (read == 0 || (head >= 0 && filled >= head + EndOfHead.Length + BodyLength(text[..head])))
            {
                return text.Split("\r\n")[0];
            }
        }

        throw new InvalidDataException("a request without an end");
    }

    private static int BodyLength(string head)
    {
        const string Name = "Content-Length: ";
        var line = head.Split("\r\n").FirstOrDefault(l => l.StartsWith(Name, StringComparison.OrdinalIgnoreCase));
        return line is null ? 0 : int.Parse(line.AsSpan(Name.Length), CultureInfo.InvariantCulture);
    }
}

/// <summary>Listens on a port and answers whatever comes with the same bytes.</summary>
internal sealed class FakeTcp : IAsyncDisposable
{
    private readonly TcpListener _listener = new(System.Net.IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    public FakeTcp(string answer)
    {
        _listener.Start();
        Endpoint = new Uri($"tcp://127.0.0.1:{((System.Net.IPEndPoint)_listener.LocalEndpoint).Port}");
        _serving = ServeAsync(Encoding.Latin1.GetBytes(answer));
    }

    public Uri Endpoint { get; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task ServeAsync(byte[] answer)
    {
        var buffer = new byte[4096];
        while (!_end.IsCancellationRequested)
        {
            try
            {
                using var socket = await _listener.AcceptSocketAsync(_end.Token);
                await socket.ReceiveAsync(buffer, _end.Token);
                await socket.SendAsync(answer, _end.Token);
                socket.Shutdown(SocketShutdown.Send);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException)
            {
                // The test is over, or the client has left.
            }
        }
    }
}
