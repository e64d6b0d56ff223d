using static System.FormattableString;

namespace Orca.Training.Jobs.Storage.Committing;

/// <summary>
/// Carries out writes in groups, one group at a time and in the order in which they came. A caller that finds nobody writing writes
/// by itself, at once and on its own thread; what comes meanwhile is the next group. So a lone caller pays for no hand-over, and many
/// share a commit without anybody waiting for a group to fill.
/// </summary>
/// <param name="carryOut">Answers every write that it is given, and does not throw.</param>
internal sealed class WriteQueue(Func<IReadOnlyList<PendingWrite>, ValueTask> carryOut)
{
    // A bound on the wait of the first in a group for the last.
    private const int MostInGroup = 2048;

    // A bound on what waits; a caller adds to it only once it was answered, so that only very many callers come near.
    private const int MostWaiting = 100_000;

    private readonly Lock _lock = new();
    private readonly Queue<PendingWrite> _waiting = new();
    private bool _isWriting;
    private int _waitingSize;

    /// <exception cref="JobStoreUnavailableException">Too many writes wait already.</exception>
    public ValueTask<T> WriteAsync<T>(PendingWrite<T> write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (_isWriting)
            {
                if (_waitingSize >= MostWaiting)
                {
                    throw new JobStoreUnavailableException(Invariant($"{_waitingSize} writes wait for the store already; this one was not tried."));
                }

                _waiting.Enqueue(write);
                _waitingSize += write.Size;
                return write.WaitAsync(cancellationToken);
            }

            _isWriting = true;
        }

        _ = LeadAsync(write);
        return write.Answer.IsCompletedSuccessfully ? ValueTask.FromResult(write.Answer.Result) : write.WaitAsync(cancellationToken);
    }

    private async Task LeadAsync(PendingWrite first)
    {
        await carryOut([first]);
        lock (_lock)
        {
            if (_waiting.Count == 0)
            {
                _isWriting = false;
                return;
            }
        }

        // The caller has its answer; the others' writes are not its business.
        ThreadPool.UnsafeQueueUserWorkItem(static queue => _ = queue.DrainAsync(), this, preferLocal: false);
    }

    private async Task DrainAsync()
    {
        while (Take() is { } group)
        {
            await carryOut(group);
        }
    }

    private List<PendingWrite>? Take()
    {
        lock (_lock)
        {
            if (_waiting.Count == 0)
            {
                _isWriting = false;
                return null;
            }

            var group = new List<PendingWrite>(_waiting.Count);
            var size = 0;
            while (_waiting.TryPeek(out var next) && (size == 0 || size + next.Size <= MostInGroup))
            {
                group.Add(_waiting.Dequeue());
                size += next.Size;
            }

            _waitingSize -= size;
            return group;
        }
    }
}
