namespace Orca.Training.Testing;

/// <summary>Runs all that is posted to it on the one thread that takes it.</summary>
internal sealed class OneThreadContext : SynchronizationContext, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<(SendOrPostCallback Work, object? State)> _posted = new();
    private readonly ManualResetEventSlim _hasWork = new();

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_lock)
        {
            _posted.Enqueue((d, state));
            _hasWork.Set();
        }
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Send is not supported, because a wait for the only thread would block it: use Post.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs the oldest work, if there is any.</summary>
    public bool TryRunNext()
    {
        (SendOrPostCallback Work, object? State) next;
        lock (_lock)
        {
            if (!_posted.TryDequeue(out next))
            {
                _hasWork.Reset();
                return false;
            }
        }

        next.Work(next.State);
        return true;
    }

    /// <summary>Waits for work in real time.</summary>
    public bool WaitForWork(int milliseconds) => _hasWork.Wait(milliseconds);

    public void Dispose() => _hasWork.Dispose();
}
