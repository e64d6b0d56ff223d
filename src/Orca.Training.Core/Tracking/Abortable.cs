using Orca.Training.Jobs;

namespace Orca.Training.Tracking;

/// <summary>The starts, fetches and collections that are under way, of which an attempt has one at a time, so that each can be given up.</summary>
internal sealed class Abortable
{
    // Locked: the loop notes them and gives them up, and each takes itself out.
    private readonly Dictionary<AttemptName, CancellationTokenSource> _open = [];

    /// <summary>How many are under way.</summary>
    public int Count
    {
        get
        {
            lock (_open)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>Notes one; before its work begins, or an abort that comes before would find nothing.</summary>
    public void Note(TrackerEffect effect, CancellationTokenSource errand)
    {
        if (AttemptOf(effect) is { } attempt)
        {
            lock (_open)
            {
                _open[attempt] = errand;
            }
        }
    }

    /// <summary>Gives one up. If it has just ended by itself, its answer is on the way.</summary>
    public void Abort(AttemptName attempt)
    {
        CancellationTokenSource? errand;
        lock (_open)
        {
            errand = _open.GetValueOrDefault(attempt);
        }

        errand?.Cancel();
    }

    /// <summary>It has ended; what its answer leads to may be noted already.</summary>
    public void Forget(TrackerEffect effect, CancellationTokenSource errand)
    {
        if (AttemptOf(effect) is { } attempt)
        {
            lock (_open)
            {
                if (_open.GetValueOrDefault(attempt) == errand)
                {
                    _open.Remove(attempt);
                }
            }
        }
    }

    private static AttemptName? AttemptOf(TrackerEffect effect) => effect switch
    {
        TrackerEffect.Start e => e.Attempt,
        TrackerEffect.Fetch e => e.Attempt,
        TrackerEffect.Collect e => e.Attempt,
        _ => null,
    };
}
