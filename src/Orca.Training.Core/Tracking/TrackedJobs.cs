using Orca.Training.Clocks;
using Orca.Training.Jobs;

namespace Orca.Training.Tracking;

/// <summary>All open jobs as the tracker knows them.</summary>
internal sealed class TrackedJobs(InstallationId installation)
{
    private readonly Dictionary<JobId, TrackedJob> _jobs = [];

    public int Count => _jobs.Count;

    public IEnumerable<TrackedJob> All => _jobs.Values;

    public TrackedJob? Find(JobId job) => _jobs.GetValueOrDefault(job);

    /// <summary>The job whose open attempt this is.</summary>
    public TrackedJob? Find(AttemptName attempt) =>
        attempt.Installation == installation && _jobs.TryGetValue(attempt.Attempt.Job, out var tracked) && tracked.Attempt?.Name == attempt
            ? tracked
            : null;

    /// <summary>The jobs with an open attempt, on a machine or on any: a copy, since to look at one may end it.</summary>
    public IReadOnlyList<TrackedJob> WithAttempt(string? machine = null) =>
        [.. _jobs.Values.Where(t => t.Attempt is { } attempt && (machine is null || attempt.Machine == machine))];

    public void Add(TrackedJob tracked) => _jobs.Add(tracked.Job.Id, tracked);

    /// <summary>Begins to know about the attempt that is open on record.</summary>
    /// <param name="tracked">Its job.</param>
    /// <param name="listing">The newest listing: later ones show its containers, if they were seen running.</param>
    /// <param name="now">Now.</param>
    /// <param name="isFound">Whether it was on record when this decider began: then the times on record are all that is known of its age.</param>
    public void OpenAttempt(TrackedJob tracked, long listing, Now now, bool isFound = false)
    {
        if (tracked.Job.OpenAttempt is not { } attempt)
        {
            return;
        }

        if (tracked.Attempt is not null)
        {
            tracked.Attempt.RunsSince ??= attempt.StartedAt is null ? null : now.Steady;
            return;
        }

        var name = new AttemptName(installation, new AttemptId(tracked.Job.Id, attempt.Number));
        tracked.Attempt = new AttemptFacts(name, attempt.Machine, tracked.Job.Request.Workers, isFound ? now.Of(attempt.CreatedAt) : now.Steady);
        if (attempt.StartedAt is { } started)
        {
            tracked.Attempt.RunsSince = isFound ? now.Of(started) : now.Steady;
            tracked.Attempt.Exist(attempt.Incarnations, listing);
        }
    }

    public void Remove(JobId job) => _jobs.Remove(job);
}
