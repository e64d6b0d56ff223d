using System.Net;
using System.Net.Sockets;

namespace Orca.Training.Kubernetes.Tests.Cluster;

/// <summary>A way to the cluster's API that a test can close, or let go silent.</summary>
internal sealed class Gate : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];
    private readonly TaskCompletionSource _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _accepting;

    public Gate(int target)
    {
        _listener.Start();
        _accepting = AcceptAsync(target);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Breaks every connection, and takes no other.</summary>
    public void Close()
    {
        _listener.Stop();
        lock (_sockets)
        {
            _sockets.ForEach(s => s.Dispose());
        }
    }

    /// <summary>Keeps every connection, and lets nothing through any more.</summary>
    public void Stall() => _stalled.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Close();
        await _accepting;
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync(int target)
    {
        var copies = new List<Task>();
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync(_end.Token);
                var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
                lock (_sockets)
                {
                    _sockets.AddRange([near, far]);
                }

                await far.ConnectAsync(IPAddress.Loopback, target, _end.Token);
                copies.Add(CopyAsync(near, far));
                copies.Add(CopyAsync(far, near));
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Closed.
        }

        await Task.WhenAll(copies);
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _end.Token) is > 0 and var read)
            {
                if (_stalled.Task.IsCompleted)
                {
                    continue;
                }

                await to.SendAsync(buffer.AsMemory(0, read), _end.Token);
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Closed.
        }
    }
}
