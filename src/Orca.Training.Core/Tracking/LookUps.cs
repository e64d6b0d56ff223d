using Orca.Training.Jobs;

namespace Orca.Training.Tracking;

/// <summary>
/// The jobs that are to be looked up. One reader takes them in batches: after a restart very many are asked for at once, and each as a call by itself would
/// leave the store no room for anything else. Thread-safe.
/// </summary>
internal sealed class LookUps
{
    public const int MostInBatch = 512;

    private readonly Lock _lock = new();
    private readonly Queue<JobId> _asked = new();
    private bool _isReading;

    /// <returns>Whether the caller is to read now; otherwise somebody reads already, and takes this one too.</returns>
    public bool Add(JobId job)
    {
        lock (_lock)
        {
            _asked.Enqueue(job);
            var begins = !_isReading;
            _isReading = true;
            return begins;
        }
    }

    /// <summary>The next batch; if there is none, the reading is over.</summary>
    public IReadOnlyList<JobId> Take()
    {
        lock (_lock)
        {
            var batch = new List<JobId>(Math.Min(_asked.Count, MostInBatch));
            while (batch.Count < MostInBatch && _asked.TryDequeue(out var job))
            {
                batch.Add(job);
            }

            _isReading = batch.Count > 0;
            return batch;
        }
    }
}
