using Orca.Training.Clocks;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Tracking;

/// <summary>
/// Removes finished jobs that need not be kept, a page at a time: looks for them every now and then, and each time goes through all of
/// them, past those that others still need and past those that cannot be removed now.
/// </summary>
internal sealed class Sweeps(TrackerSettings settings, Dependencies dependencies)
{
    /// <summary>So many at a time: a bound on what is asked of the stores at once.</summary>
    public const int PageSize = 250;

    private readonly RemovalPauses _pauses = new(settings.Retention.Period);
    private bool _isUnderWay;
    private TimeSpan _next;
    private DateTimeOffset? _began;
    private FinishedPlace? _after;
    private bool _hasMore;
    private IReadOnlyList<Job> _asked = [];

    /// <summary>When the next look is due; null while one is under way, or if all is kept.</summary>
    public TimeSpan? Next => _isUnderWay || (settings.Retention.KeepsAllJobs && !settings.StoreForgets) ? null : _next;

    public void PassTime(Now now, List<TrackerEffect> effects)
    {
        if (Next <= now.Steady)
        {
            _after = null;
            Look(now, effects);
        }
    }

    /// <summary>These need not be kept, as far as the store can say.</summary>
    public void Take(IReadOnlyList<Job>? expired, Now now, List<TrackerEffect> effects)
    {
        if (expired is null)
        {
            Rest(now);
            return;
        }

        _hasMore = expired.Count == PageSize;
        _after = expired.Count > 0 ? FinishedPlace.Of(expired[^1]) : _after;
        _asked = [.. expired.Where(j => _pauses.IsDue(j.Id, now) && !dependencies.IsNeeded(j.Id))];
        if (_asked.Count > 0)
        {
            effects.Add(new TrackerEffect.Purge(_asked));
        }
        else
        {
            GoOn(now, effects);
        }
    }

    /// <summary>They are removed but for these, which a later look finds again.</summary>
    public void Answer(IReadOnlyList<Unremovable>? left, Now now, List<TrackerEffect> effects)
    {
        if (left is null)
        {
            Rest(now);
            return;
        }

        var stuck = left.Select(u => u.Job).ToHashSet();
        foreach (var job in _asked.Where(j => !stuck.Contains(j.Id)))
        {
            _pauses.Succeed(job.Id);
        }

        Unremovable[] news = [.. left.Where(u => _pauses.Fail(u.Job, now))];
        if (news.Length > 0)
        {
            effects.Add(new TrackerEffect.ReportUnremovable(news));
        }

        GoOn(now, effects);
    }

    private void GoOn(Now now, List<TrackerEffect> effects)
    {
        _asked = [];
        if (_hasMore)
        {
            Look(now, effects);
        }
        else
        {
            _pauses.EndLook();
            Rest(now);
        }
    }

    private void Look(Now now, List<TrackerEffect> effects)
    {
        _isUnderWay = true;
        effects.Add(new TrackerEffect.FindExpired(settings.Retention.At(Earliest(now)) with { After = _after }, PageSize));
    }

    /// <summary>By the times on record, which are all that there is; but a clock that jumps ahead meanwhile has nothing removed before its time.</summary>
    private DateTimeOffset Earliest(Now now)
    {
        _began ??= now.Wall - now.Steady;
        var steady = _began.Value + now.Steady;
        return steady < now.Wall ? steady : now.Wall;
    }

    private void Rest(Now now)
    {
        _asked = [];
        _isUnderWay = false;
        _next = now.Steady + settings.Retention.Period;
    }
}
