using Orca.Training.Clocks;
using Orca.Training.Jobs;

namespace Orca.Training.Tracking;

/// <summary>
/// Attempts that are over and whose containers are to be removed. A removal that keeps failing is given up after some tries:
/// the next listing finds the container again.
/// </summary>
internal sealed class Cleanups(TrackerSettings settings)
{
    // Leftovers of other installations are told once; more of them than this are told again, which is better than growing.
    private const int MostReported = 1000;
    private readonly Dictionary<AttemptName, Cleanup> _open = [];
    private readonly HashSet<AttemptName> _reported = [];
    private readonly PriorityQueue<AttemptName, TimeSpan> _retries = new();

    /// <summary>Whether nothing is being removed; what is kept for a time does not count.</summary>
    public bool IsEmpty => _open.Values.All(c => c.IsKept);

    public TimeSpan? NextTry => _retries.TryPeek(out _, out var at) ? at : null;

    public bool Contains(AttemptName attempt) => _open.ContainsKey(attempt);

    /// <summary>Whether a leftover was not told before.</summary>
    public bool IsNews(AttemptName attempt)
    {
        if (_reported.Count >= MostReported)
        {
            _reported.Clear();
        }

        return _reported.Add(attempt);
    }

    /// <summary>
    /// An attempt is over: its containers go, at once or when they have been kept for long enough. What is not known to have ended is not
    /// kept: it would run on.
    /// </summary>
    public void Add(AttemptName attempt, string machine, bool hasEnded, Now now, List<TrackerEffect> effects)
    {
        var cleanup = new Cleanup(machine);
        if (!_open.TryAdd(attempt, cleanup))
        {
            return;
        }

        if (hasEnded && settings.Retention.KeepContainersFor > TimeSpan.Zero)
        {
            _retries.Enqueue(attempt, now.Steady + settings.Retention.KeepContainersFor);
            return;
        }

        cleanup.Call.Ask();
        effects.Add(new TrackerEffect.Remove(attempt, machine));
    }

    /// <summary>What has been kept goes now.</summary>
    public void KeepNothing(List<TrackerEffect> effects)
    {
        foreach (var (attempt, cleanup) in _open.Where(o => o.Value.IsKept))
        {
            cleanup.Call.Ask();
            effects.Add(new TrackerEffect.Remove(attempt, cleanup.Machine));
        }
    }

    public void Answer(AttemptName attempt, string? error, Now now)
    {
        if (!_open.TryGetValue(attempt, out var cleanup))
        {
            return;
        }

        if (error is not null)
        {
            cleanup.Call.Fail(error, now, settings);
        }

        if (error is null || cleanup.Call.Failures >= settings.Tries)
        {
            _open.Remove(attempt);
        }
        else
        {
            _retries.Enqueue(attempt, cleanup.Call.PausedUntil);
        }
    }

    public void PassTime(Now now, List<TrackerEffect> effects)
    {
        while (_retries.TryPeek(out var attempt, out var at) && at <= now.Steady)
        {
            _retries.Dequeue();
            if (_open.TryGetValue(attempt, out var cleanup) && cleanup.Call.IsDue(now))
            {
                cleanup.Call.Ask();
                effects.Add(new TrackerEffect.Remove(attempt, cleanup.Machine));
            }
        }
    }

    private sealed class Cleanup(string machine)
    {
        public Call Call;

        public string Machine { get; } = machine;

        /// <summary>Whether nobody has asked for its removal yet.</summary>
        public bool IsKept => Call is { State: CallState.Idle, Failures: 0 };
    }
}
