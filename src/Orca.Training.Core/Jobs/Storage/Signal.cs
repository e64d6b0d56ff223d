namespace Orca.Training.Jobs.Storage;

/// <summary>Wakes all that wait for the next change. Its owner's lock guards it.</summary>
/// <remarks>
/// Each waiter awaits a task of its own and nothing between: a combined wait (WhenAny, WaitAsync) would pass through the thread
/// pool, and a test's virtual time could not know that somebody is about to go on.
/// </remarks>
internal sealed class Signal(Lock guard)
{
    private List<Waiter>? _waiters;

    /// <summary>Begins to wait for the next <see cref="RaiseNeedsLock"/>; await the result without the lock.</summary>
    public Waiter WaitNeedsLock()
    {
        var waiter = new Waiter(this);
        (_waiters ??= []).Add(waiter);
        return waiter;
    }

    public void RaiseNeedsLock()
    {
        var waiters = _waiters;
        _waiters = null;
        foreach (var waiter in waiters ?? [])
        {
            waiter.RaiseNeedsLock();
        }
    }

    /// <summary>One who waits.</summary>
    public sealed class Waiter(Signal signal) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        private CancellationTokenRegistration _givesUp;

        /// <summary>Begins to heed a token, and gives what is to be awaited.</summary>
        public Task WaitAsync(CancellationToken cancellationToken)
        {
            var givesUp = cancellationToken.UnsafeRegister(static (waiter, token) => ((Waiter)waiter!).GiveUp(token), this);
            lock (signal.Guard)
            {
                if (Task.IsCompleted)
                {
                    givesUp.Unregister();
                }
                else
                {
                    _givesUp = givesUp;
                }
            }

            return Task;
        }

        public void RaiseNeedsLock()
        {
            if (TrySetResult())
            {
                // Not Dispose, which would wait for a cancellation that is under way, and that waits for the lock.
                _givesUp.Unregister();
            }
        }

        private void GiveUp(CancellationToken cancellationToken)
        {
            lock (signal.Guard)
            {
                signal._waiters?.Remove(this);
            }

            TrySetCanceled(cancellationToken);
        }
    }

    private Lock Guard { get; } = guard;
}
