using Orca.Training.Clocks;
using Orca.Training.Jobs;

namespace Orca.Training.Tracking;

/// <summary>
/// Finished jobs that could not be removed, and when each is tried again: later and later, so that however many there are, they hold up no
/// other. Bounded: of those beyond it nothing is noted, and each look tries them anew.
/// </summary>
internal sealed class RemovalPauses(TimeSpan first)
{
    public const int MostNoted = 10_000;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly Dictionary<JobId, Pause> _pauses = [];
    private int _look;

    public int Count => _pauses.Count;

    /// <summary>Whether a job can be tried now; it is still there.</summary>
    public bool IsDue(JobId job, Now now)
    {
        if (!_pauses.TryGetValue(job, out var pause))
        {
            return true;
        }

        _pauses[job] = pause with { SeenAt = _look };
        return pause.Until <= now.Steady;
    }

    public void Succeed(JobId job) => _pauses.Remove(job);

    /// <returns>Whether that is news.</returns>
    public bool Fail(JobId job, Now now)
    {
        if (_pauses.TryGetValue(job, out var before))
        {
            var length = before.Length * 2 < Longest ? before.Length * 2 : before.Length > Longest ? before.Length : Longest;
            _pauses[job] = new Pause(length, now.Steady + length, _look);
            return false;
        }

        return _pauses.Count < MostNoted && _pauses.TryAdd(job, new Pause(first, now.Steady + first, _look));
    }

    /// <summary>All that need not be kept was looked at: what was not among it is gone.</summary>
    public void EndLook()
    {
        foreach (var (job, _) in _pauses.Where(p => p.Value.SeenAt != _look).ToList())
        {
            _pauses.Remove(job);
        }

        _look++;
    }

    private readonly record struct Pause(TimeSpan Length, TimeSpan Until, int SeenAt);
}
