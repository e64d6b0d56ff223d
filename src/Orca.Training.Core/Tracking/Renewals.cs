using Orca.Training.Clocks;
using Orca.Training.Jobs;

namespace Orca.Training.Tracking;

/// <summary>
/// When what opens the attempts' places is to be renewed: all of them every period, those of a term's beginning at once, since nobody knows when that was
/// done last, and one that failed again soon.
/// </summary>
internal sealed class Renewals(TrackerSettings settings, TrackedJobs jobs)
{
    // So that there are several tries before it expires, which is after two periods.
    private const int TriesInAPeriod = 8;

    private readonly HashSet<AttemptName> _failed = [];
    private TimeSpan _next = TimeSpan.MaxValue;
    private TimeSpan _nextTry = TimeSpan.MaxValue;

    /// <summary>When the next one is due; null for never.</summary>
    public TimeSpan? Next => settings.AccessPeriod is null ? null : _nextTry < _next ? _nextTry : _next;

    /// <summary>The term begins, or its knowledge does.</summary>
    public void Begin(Now now) => _next = now.Steady;

    public void Answer(AttemptName attempt, bool isDone, Now now)
    {
        if (isDone)
        {
            return;
        }

        _failed.Add(attempt);
        var soon = now.Steady + (settings.AccessPeriod!.Value / TriesInAPeriod);
        _nextTry = soon < _nextTry ? soon : _nextTry;
    }

    public void PassTime(Now now, List<TrackerEffect> effects)
    {
        if (settings.AccessPeriod is not { } period)
        {
            return;
        }

        if (_next <= now.Steady)
        {
            _next = now.Steady + period;
            Ask(_ => true, effects);
        }
        else if (_nextTry <= now.Steady)
        {
            Ask(_failed.Contains, effects);
        }
    }

    private void Ask(Func<AttemptName, bool> isDue, List<TrackerEffect> effects)
    {
        // A launch gets a fresh grant by itself; one that was under way when the term began has its old one.
        effects.AddRange(jobs.WithAttempt()
            .Where(t => t.Attempt is { End: null } attempt && isDue(attempt.Name))
            .Select(t => new TrackerEffect.RenewAccess(t.Attempt!.Name, t.Job)));
        _failed.Clear();
        _nextTry = TimeSpan.MaxValue;
    }
}
