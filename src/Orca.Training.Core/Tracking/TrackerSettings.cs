using Orca.Training.Jobs;

namespace Orca.Training.Tracking;

/// <summary>The times that the tracker's step works with.</summary>
internal sealed record TrackerSettings
{
    public required InstallationId Installation { get; init; }

    public TimeSpan ReconcilePeriod { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan LaunchTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long an attempt may run that has no limit of its own.</summary>
    public TimeSpan LongestRun { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long after a container's end its remaining output is waited for.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(30);

    public bool RemoveLeftovers { get; init; }

    /// <summary>Whether a job that no machine could start as they are now fails; otherwise it waits.</summary>
    public bool FailUnplaceable { get; init; }

    /// <summary>How long what is finished is kept.</summary>
    public RetentionOptions Retention { get; init; } = new();

    /// <summary>Whether the store forgets finished jobs of itself, so that what they left is looked for even where all is kept.</summary>
    public bool StoreForgets { get; init; }

    /// <summary>Whether a drain puts trainings back into the queue; otherwise it cancels them.</summary>
    public bool DrainsToQueue { get; init; }

    /// <summary>The jobs about which steps have failed too often, and what made them fail.</summary>
    public IReadOnlyDictionary<JobId, string> SetAside { get; init; } = new Dictionary<JobId, string>();

    /// <summary>The machines that copy folders: there what an attempt wrote is fetched before its end is recorded.</summary>
    public IReadOnlySet<string> CopyingMachines { get; init; } = new HashSet<string>();

    /// <summary>How often what opens the attempts' places is renewed; null where they need nothing.</summary>
    public TimeSpan? AccessPeriod { get; init; }

    /// <summary>The longest pause between two tries of the same thing.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often something is tried whose failure does not keep the job from ending.</summary>
    public int Tries { get; init; } = 5;

    /// <summary>
    /// How often a machine is asked for what an attempt wrote: with the pauses some 27 minutes, since the work of days hangs on it, and
    /// a machine that restarts, or a full disk, mends.
    /// </summary>
    public int FetchTries { get; init; } = 60;

    /// <summary>The pause after the n-th failure, n from 1: 0.5 s, doubled each time, up to the longest.</summary>
    public TimeSpan PauseAfter(int failures)
    {
        var pause = TimeSpan.FromSeconds(0.5 * Math.Pow(2, Math.Min(failures - 1, 20)));
        return pause < LongestPause ? pause : LongestPause;
    }
}
