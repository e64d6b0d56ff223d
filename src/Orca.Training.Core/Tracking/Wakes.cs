using Orca.Training.Clocks;
using Orca.Training.Jobs;

namespace Orca.Training.Tracking;

/// <summary>The jobs that are to be looked at again at a time, whatever happens until then: one moment for each, and none for one that has ended.</summary>
internal sealed class Wakes
{
    private readonly SortedSet<(TimeSpan At, long Job)> _wakes = [];

    public int Count => _wakes.Count;

    /// <summary>When the next one is due; null for never.</summary>
    public TimeSpan? Next => _wakes.Count == 0 ? null : _wakes.Min.At;

    /// <summary>The earliest moment counts: a job that waits is looked at again with every event about it, and says so each time.</summary>
    public void Add(TrackedJob tracked, TimeSpan at)
    {
        if (tracked.WakesAt is null || at < tracked.WakesAt)
        {
            Remove(tracked);
            tracked.WakesAt = at;
            _wakes.Add((at, tracked.Job.Id.Value));
        }
    }

    /// <summary>The job is not to be looked at again.</summary>
    public void Remove(TrackedJob tracked)
    {
        if (tracked.WakesAt is { } at)
        {
            _wakes.Remove((at, tracked.Job.Id.Value));
            tracked.WakesAt = null;
        }
    }

    /// <summary>Takes the next job that is due.</summary>
    public bool TryTake(Now now, out JobId job)
    {
        job = default;
        if (_wakes.Count == 0 || _wakes.Min.At > now.Steady)
        {
            return false;
        }

        job = new JobId(_wakes.Min.Job);
        return _wakes.Remove(_wakes.Min);
    }
}
