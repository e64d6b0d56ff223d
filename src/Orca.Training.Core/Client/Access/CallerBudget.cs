using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>What one caller has left of the limits: requests, streams, queued trainings, bytes that are being uploaded. Thread-safe.</summary>
internal sealed class CallerBudget(AccessOptions options, TimeProvider time)
{
    // A page of ten lists, or a script's start, is no flood.
    private const int Burst = 10;

    private readonly Lock _lock = new();
    private double _requests = (double)options.RequestsPerSecond * Burst;
    private long _filledAt = time.GetTimestamp();
    private int _streams;
    private long _uploading;
    private int _queueRoom;

    /// <summary>Trainings of the caller that may be queued at once; 0 for any number.</summary>
    public int QueuedTrainings => options.QueuedTrainings;

    /// <summary>Whether nothing of it is used, so that it may be forgotten.</summary>
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
    /// <exception cref="TrainingException">There were too many of late.</exception>
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
            $"You have sent more requests than {options.RequestsPerSecond} a second, which is the most for a caller: ")
            + "wait a second, and ask for several things in one call.");
    }

    /// <summary>Opens a stream; dispose what is returned when it ends.</summary>
    /// <exception cref="TrainingException">Too many are open.</exception>
    public IDisposable Stream()
    {
        lock (_lock)
        {
            if (options.OpenStreams > 0 && _streams >= options.OpenStreams)
            {
                throw Exhausted(Invariant($"You have {_streams} streams open, which is the most for a caller: end one of them first."));
            }

            _streams++;
        }

        return new Given(() => Back(streams: 1, bytes: 0));
    }

    /// <summary>Counts bytes of an upload under way.</summary>
    /// <exception cref="TrainingException">Those under way have sent too many together.</exception>
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

        throw Exhausted(Invariant($"Your uploads under way hold more than {options.UploadMiB} MiB together, which is the most for a caller: ")
            + "wait for one of them to end.");
    }

    /// <summary>An upload has ended.</summary>
    public void Uploaded(long bytes) => Back(streams: 0, bytes);

    /// <summary>
    /// Makes room for trainings in the queue. They are counted again only when the room that was left is used up: the queue can only have become
    /// shorter by what others did.
    /// </summary>
    /// <param name="trainings">How many are to be submitted.</param>
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
                $"You have {queued} trainings in the queue, and {most} are the most for a caller: with {trainings} more there would be too many. ")
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
