using Orca.Training.Clocks;
using Orca.Training.Jobs;

namespace Orca.Training.Tracking;

/// <summary>Which jobs wait for which others. A job that nobody tracks has to be looked up: it may have ended long ago.</summary>
internal sealed class Dependencies(TrackedJobs jobs, TrackerSettings settings)
{
    private readonly Dictionary<JobId, Awaited> _awaited = [];

    /// <summary>A job that has had no attempt yet waits for those that it names; later ones do not, since what let the first one start holds for ever.</summary>
    public void Begin(TrackedJob tracked)
    {
        if (tracked.Job is not { State: JobState.Queued, LastAttempt: 0, Request.DependsOn: { Count: > 0 } named })
        {
            return;
        }

        tracked.Waits = new WaitFacts(named);
        foreach (var job in named)
        {
            if (!_awaited.TryGetValue(job, out var awaited))
            {
                _awaited.Add(job, awaited = new Awaited());
            }

            awaited.By.Add(tracked.Job.Id);
            if (awaited.Look.State is CallState.Done)
            {
                // It has ended, and others that waited for it have not left yet.
                tracked.Waits.End(job, awaited.Ended, awaited.EndedAt);
            }
        }
    }

    /// <summary>Asks for what a waiting job waits for and nobody tracks; says when to ask again.</summary>
    public TimeSpan? LookUp(WaitFacts waits, Now now, List<TrackerEffect> effects)
    {
        TimeSpan? again = null;
        foreach (var job in waits.Open)
        {
            if (jobs.Find(job) is not null || !_awaited.TryGetValue(job, out var awaited))
            {
                continue;
            }

            if (awaited.Look.IsDue(now))
            {
                awaited.Look.Ask();
                effects.Add(new TrackerEffect.LookUp(job));
            }
            else if (awaited.Look.State is CallState.Idle)
            {
                again = again < awaited.Look.PausedUntil ? again : awaited.Look.PausedUntil;
            }
        }

        return again;
    }

    /// <summary>The store has said how a job stands that others wait for; or it did not say.</summary>
    /// <returns>Those that wait for it, about which something may be to be done now.</returns>
    public IReadOnlyList<TrackedJob> Answer(JobId job, Job? found, bool isAnswer, Now now)
    {
        if (isAnswer && found?.State.IsFinal() != false)
        {
            return End(job, found, now, isNews: false);
        }

        if (FindOpen(job) is not { } awaited)
        {
            return [];
        }

        // It goes on, or the store does not answer: the feed will tell of its end, and if not, it is asked for again.
        awaited.Look.Fail(error: null, now, settings);
        return Waiting(awaited);
    }

    /// <summary>A job has ended, or is no longer on record.</summary>
    /// <returns>Those that waited for it.</returns>
    /// <param name="job">The job.</param>
    /// <param name="ended">As it is on record; null if it is not.</param>
    /// <param name="now">Now.</param>
    /// <param name="isNews">Whether it has just ended; otherwise the time on record is all that is known.</param>
    public IReadOnlyList<TrackedJob> End(JobId job, Job? ended, Now now, bool isNews = true)
    {
        if (FindOpen(job) is not { } awaited)
        {
            return [];
        }

        awaited.Look.Finish();
        awaited.Ended = ended;
        awaited.EndedAt = isNews || ended?.FinishedAt is not { } finished ? now.Steady : now.Of(finished);
        var waiting = Waiting(awaited);
        foreach (var tracked in waiting)
        {
            tracked.Waits!.End(job, ended, awaited.EndedAt);
        }

        return waiting;
    }

    /// <summary>A job waits for nothing any more: its first attempt is on record, or its end.</summary>
    public void Leave(TrackedJob tracked)
    {
        if (tracked.Waits is null)
        {
            return;
        }

        tracked.Waits = null;
        foreach (var job in tracked.Job.Request.DependsOn)
        {
            if (_awaited.TryGetValue(job, out var awaited) && awaited.By.Remove(tracked.Job.Id) && awaited.By.Count == 0)
            {
                _awaited.Remove(job);
            }
        }
    }

    /// <summary>Whether a job that is still to start names this one: a host that begins anew looks it up again.</summary>
    public bool IsNeeded(JobId job) => _awaited.ContainsKey(job);

    /// <summary>A job that is awaited and whose end is not known yet.</summary>
    private Awaited? FindOpen(JobId job) => _awaited.TryGetValue(job, out var awaited) && awaited.Look.State is not CallState.Done ? awaited : null;

    private List<TrackedJob> Waiting(Awaited awaited) => [.. awaited.By.Select(jobs.Find).OfType<TrackedJob>()];

    private sealed class Awaited
    {
        public Call Look;

        public Job? Ended { get; set; }

        /// <summary>When it had ended, by the steady clock.</summary>
        public TimeSpan EndedAt { get; set; }

        public HashSet<JobId> By { get; } = [];
    }
}

/// <summary>What one job waits for.</summary>
internal sealed class WaitFacts(IEnumerable<JobId> named)
{
    /// <summary>Those whose end is not known yet.</summary>
    public HashSet<JobId> Open { get; } = [.. named];

    /// <summary>Why it can never start; null while it still can.</summary>
    public Outcome? Failure { get; private set; }

    /// <summary>Whether all have succeeded.</summary>
    public bool IsOver => Open.Count == 0 && Failure is null;

    /// <summary>When the last one so far had ended, by the steady clock.</summary>
    public TimeSpan? MetAt { get; private set; }

    public void End(JobId job, Job? ended, TimeSpan at)
    {
        if (!Open.Remove(job))
        {
            return;
        }

        if (ended is not { State: JobState.Succeeded })
        {
            Failure ??= EndOutcome.DependencyFailed(job, ended);
        }
        else if (MetAt is not { } met || at > met)
        {
            MetAt = at;
        }
    }
}
