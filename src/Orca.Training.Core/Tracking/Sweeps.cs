using Orca.Training.Jobs;

namespace Orca.Training.Tracking;

/// <summary>
/// Removes finished jobs that need not be kept, a page at a time: looks for them every now and then, and again at once as long as there
/// are more.
/// </summary>
internal sealed class Sweeps(TrackerSettings settings, Dependencies dependencies)
{
    /// <summary>So many at a time: a bound on what is asked of the stores at once.</summary>
    public const int PageSize = 100;

    private bool _isUnderWay;
    private DateTimeOffset _next;

    /// <summary>When the next look is due; null while one is under way, or if all is kept.</summary>
    public DateTimeOffset? Next => _isUnderWay || settings.Retention.KeepsAllJobs ? null : _next;

    public void PassTime(DateTimeOffset now, List<TrackerEffect> effects)
    {
        if (Next <= now)
        {
            Look(now, effects);
        }
    }

    /// <summary>These need not be kept, as far as the store can say.</summary>
    public void Take(IReadOnlyList<Job> expired, DateTimeOffset now, List<TrackerEffect> effects)
    {
        Job[] free = [.. expired.Where(j => !dependencies.IsNeeded(j.Id))];
        if (free.Length > 0)
        {
            effects.Add(new TrackerEffect.Purge(free, HasMore: expired.Count == PageSize));
        }
        else
        {
            Rest(now);
        }
    }

    /// <summary>They are removed; or, if not, the next look finds them again.</summary>
    public void Answer(bool hasMore, DateTimeOffset now, List<TrackerEffect> effects)
    {
        if (hasMore)
        {
            Look(now, effects);
        }
        else
        {
            Rest(now);
        }
    }

    private void Look(DateTimeOffset now, List<TrackerEffect> effects)
    {
        _isUnderWay = true;
        effects.Add(new TrackerEffect.FindExpired(settings.Retention.At(now), PageSize));
    }

    private void Rest(DateTimeOffset now)
    {
        _isUnderWay = false;
        _next = now + settings.Retention.Period;
    }
}
