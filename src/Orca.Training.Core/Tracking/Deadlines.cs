using Orca.Training.Clocks;
using Orca.Training.Jobs;

namespace Orca.Training.Tracking;

/// <summary>When a job's limits pass, by the steady clock, and what its attempt is given up with then. Pure.</summary>
internal static class Deadlines
{
    /// <summary>When a job that is ready to start has been so for too long; null if it has no such limit.</summary>
    public static TimeSpan? OfQueue(TrackedJob tracked)
    {
        if (tracked.Job.Request.Timeouts?.Queued is not { } limit)
        {
            return null;
        }

        var since = tracked.QueuedSince;
        return (tracked.Waits?.MetAt > since ? tracked.Waits.MetAt.Value : since) + limit;
    }

    /// <summary>How long an attempt may take to launch.</summary>
    public static TimeSpan OfLaunch(Job job, TrackerSettings settings) => job.Request.Timeouts?.Launching ?? settings.LaunchTimeout;

    /// <summary>Why a running attempt is given up now; null if it is not, and then when to look again, if ever.</summary>
    public static (Outcome? GiveUp, TimeSpan? LookAt) OfRun(Job job, AttemptFacts attempt, TrackerSettings settings, Now now)
    {
        // The host's cap holds for those too that ask for no limit. It is so long that what looks at the job anyway is early enough.
        if (job.Request.Timeouts?.Running is null && attempt.RunsSince + settings.LongestRun <= now.Steady)
        {
            return (EndOutcome.RanTooLong(settings.LongestRun), null);
        }

        if (job.Request.Timeouts is not { } limits)
        {
            return default;
        }

        var over = attempt.RunsSince + limits.Running;
        if (over <= now.Steady)
        {
            return (EndOutcome.RanTooLong(limits.Running!.Value), null);
        }

        // Silence counts while somebody listens: what an engine out of reach does not tell is not held against the training.
        TimeSpan? silent = limits.NoProgress is { } quiet && attempt is { Follow.State: CallState.Asked, QuietSince: { } since } ? since + quiet : null;
        return silent <= now.Steady
            ? (EndOutcome.Stalled(limits.NoProgress!.Value), null)
            : (null, over is null || silent < over ? silent ?? over : over);
    }
}
