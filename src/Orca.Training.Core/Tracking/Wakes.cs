using Orca.Training.Jobs;

namespace Orca.Training.Tracking;

/// <summary>The jobs that are to be looked at again at a time, whatever happens until then.</summary>
internal sealed class Wakes
{
    private readonly PriorityQueue<JobId, TimeSpan> _wakes = new();

    public int Count => _wakes.Count;

    /// <summary>When the next one is due; null for never.</summary>
    public TimeSpan? Next => _wakes.TryPeek(out _, out var at) ? at : null;

    /// <summary>Once for each moment: a job that waits is looked at again with every event about it, and says so each time.</summary>
    public void Add(TrackedJob tracked, TimeSpan at)
    {
        if (tracked.WakesAt is null || at < tracked.WakesAt)
        {
            tracked.WakesAt = at;
            _wakes.Enqueue(tracked.Job.Id, at);
        }
    }

    /// <summary>Takes the next job that is due.</summary>
    public bool TryTake(Now now, out JobId job)
    {
        job = default;
        return _wakes.TryPeek(out _, out var at) && at <= now.Steady && _wakes.TryDequeue(out job, out _);
    }
}
