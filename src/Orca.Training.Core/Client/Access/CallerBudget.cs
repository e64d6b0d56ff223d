using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>The remaining limits of one caller: requests, streams, queued trainings, bytes of running uploads. Thread-safe.</summary>
internal sealed class CallerBudget(AccessOptions options, TimeProvider time)
{
    // A page with ten lists, or the start of a script, is not a flood.
    private const int Burst = 10;

    private readonly Lock _lock = new();
    private double _requests = (double)options.RequestsPerSecond * Burst;
    private long _filledAt = time.GetTimestamp();
    private int _streams;
    private long _uploading;
    private int _queueRoom;

    /// <summary>How many trainings of the caller may be queued; 0 for no limit.</summary>
    public int QueuedTrainings => options.QueuedTrainings;

    /// <summary>Whether nothing is in use, so that the budget can be dropped.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                FillNeedsLock();
                return _streams == 0 && _uploading == 0 && _requests >= (double)options.RequestsPerSecond * Burst;
            }
        }
    }

    /// <summary>Counts a request.</summary>
    /// <exception cref="TrainingException">The limit is reached.</exception>
    public void Request()
    {
        if (options.RequestsPerSecond == 0)
        {
            return;
        }

        lock (_lock)
        {
            FillNeedsLock();
            if (_requests >= 1)
            {
                _requests--;
                return;
            }
        }

        throw Exhausted(Invariant(
            $"You have reached the limit of {options.RequestsPerSecond} requests per second for a caller: ")
            + "wait a second, and combine requests in one call.");
    }

    /// <summary>Opens a stream. Dispose the result when it ends.</summary>
    /// <exception cref="TrainingException">Too many are open.</exception>
    public IDisposable Stream()
    {
        lock (_lock)
        {
            if (options.OpenStreams > 0 && _streams >= options.OpenStreams)
            {
                throw Exhausted(Invariant($"You have reached the limit of {options.OpenStreams} open streams for a caller: end one of them first."));
            }

            _streams++;
        }

        return new Given(() => Back(streams: 1, bytes: 0));
    }

    /// <summary>Counts bytes of a running upload.</summary>
    /// <exception cref="TrainingException">The running uploads exceed the limit together.</exception>
    public void Upload(int bytes)
    {
        lock (_lock)
        {
            if (options.UploadMiB == 0 || _uploading + bytes <= (long)options.UploadMiB << 20)
            {
                _uploading += bytes;
                return;
            }
        }

        throw Exhausted(Invariant($"You have reached the limit of {options.UploadMiB} MiB in running uploads for a caller: ")
            + "wait until one of them ends.");
    }

    /// <summary>An upload has ended.</summary>
    public void Uploaded(long bytes) => Back(streams: 0, bytes);

    /// <summary>
    /// Reserves room for trainings in the queue. The queue is counted again only when the room of the last count is used up: meanwhile it can only
    /// have become shorter.
    /// </summary>
    /// <param name="trainings">How many will be submitted.</param>
    /// <param name="count">Counts the caller's queued trainings, up to a number.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TrainingException">Too many are queued.</exception>
    public async ValueTask QueueAsync(int trainings, Func<int, CancellationToken, ValueTask<int>> count, CancellationToken cancellationToken)
    {
        var most = options.QueuedTrainings;
        if (most == 0 || Take(trainings))
        {
            return;
        }

        var queued = await count(most, cancellationToken);
        lock (_lock)
        {
            _queueRoom = most - queued;
        }

        if (!Take(trainings))
        {
            throw Exhausted(Invariant(
                $"You have {queued} queued trainings, and {trainings} more would exceed the limit of {most} for a caller. ")
                + "Wait for some to start, or cancel some.");
        }
    }

    private bool Take(int trainings)
    {
        lock (_lock)
        {
            if (trainings > _queueRoom)
            {
                return false;
            }

            _queueRoom -= trainings;
            return true;
        }
    }

    private void Back(int streams, long bytes)
    {
        lock (_lock)
        {
            _streams -= streams;
            _uploading -= bytes;
        }
    }

    private void FillNeedsLock()
    {
        var now = time.GetTimestamp();
        _requests = Math.Min(
            (double)options.RequestsPerSecond * Burst, _requests + (time.GetElapsedTime(_filledAt, now).TotalSeconds * options.RequestsPerSecond));
        _filledAt = now;
    }

    private static TrainingException Exhausted(string message) => new(TrainingError.ResourceExhausted, message);

    private sealed class Given(Action back) : IDisposable
    {
        private Action? _back = back;

        public void Dispose() => Interlocked.Exchange(ref _back, null)?.Invoke();
    }
}
