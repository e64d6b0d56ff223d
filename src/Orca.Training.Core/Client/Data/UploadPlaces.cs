using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>How many datasets are being uploaded, by whom: a caller that holds many takes its own share only. Thread-safe.</summary>
/// <param name="limits">How many may be, as the settings are now.</param>
internal sealed class UploadPlaces(Func<RequestLimits> limits)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _byCaller = new(StringComparer.Ordinal);
    private int _taken;

    /// <summary>What holds for uploads that begin now.</summary>
    public RequestLimits Limits => limits();

    /// <summary>Takes a place; dispose what is returned to give it back.</summary>
    /// <exception cref="TrainingException">The caller's share is taken, or all places are.</exception>
    public IDisposable Enter(string caller)
    {
        var (most, mostOfCaller) = (Limits.Uploads, Limits.UploadsOfCaller);
        lock (_lock)
        {
            var own = _byCaller.GetValueOrDefault(caller);
            if (own >= mostOfCaller)
            {
                throw Exhausted(Invariant($"You are uploading {own} datasets, and a caller may upload {mostOfCaller} at a time: wait until one of them has ended."));
            }

            if (_taken >= most)
            {
                throw Exhausted(Invariant($"{_taken} datasets are being uploaded, which is the maximum: try again later."));
            }

            _byCaller[caller] = own + 1;
            _taken++;
        }

        return new Place(this, caller);
    }

    private void Leave(string caller)
    {
        lock (_lock)
        {
            _taken--;
            if (--_byCaller[caller] == 0)
            {
                _byCaller.Remove(caller);
            }
        }
    }

    private static TrainingException Exhausted(string message) => new(TrainingError.ResourceExhausted, message);

    private sealed class Place(UploadPlaces places, string caller) : IDisposable
    {
        private int _isLeft;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isLeft, 1) == 0)
            {
                places.Leave(caller);
            }
        }
    }
}
