using Orca.Training.Clocks;
using Orca.Training.Jobs;

namespace Orca.Training.Tracking;

/// <summary>
/// Jobs about which a step has failed twice. They get an end on record, and nothing else is decided about them: so little that what made
/// the step fail has no part in it. What they were given counts until that end is recorded.
/// </summary>
internal sealed class SetAsideJobs(TrackerSettings settings)
{
    private readonly Dictionary<JobId, Case> _open = [];

    /// <summary>How many have no end on record yet.</summary>
    public int Count => _open.Count;

    /// <summary>When the store is asked again for what it refused or did not answer; null for never.</summary>
    public TimeSpan? Next
    {
        get
        {
            TimeSpan? next = null;
            foreach (var open in _open.Values)
            {
                next = open.Commit.State is not CallState.Idle ? next : next < open.Commit.PausedUntil ? next : open.Commit.PausedUntil;
            }

            return next;
        }
    }

    /// <summary>Whether a job is to be set aside.</summary>
    public bool Takes(JobId job) => settings.SetAside.ContainsKey(job);

    /// <summary>The job as it was known, while its end is not on record.</summary>
    public Job? Find(JobId job) => _open.GetValueOrDefault(job)?.Job;

    /// <summary>Takes in a job as it is on record.</summary>
    public void Record(Job job, Now now, List<TrackerEffect> effects)
    {
        if (job.State.IsFinal())
        {
            _open.Remove(job.Id);
            return;
        }

        if (!_open.TryGetValue(job.Id, out var open))
        {
            _open.Add(job.Id, open = new Case { Job = job });
        }
        else if (job.Revision > open.Job.Revision)
        {
            open.Job = job;
        }

        Advance(open, now, effects);
    }

    /// <summary>The store has refused a command, or has not answered it.</summary>
    public void Fail(JobId job, Now now)
    {
        if (_open.TryGetValue(job, out var open))
        {
            open.Commit.Fail(error: null, now, settings);
        }
    }

    /// <summary>The store does not know it any more.</summary>
    public void Forget(JobId job) => _open.Remove(job);

    public void PassTime(Now now, List<TrackerEffect> effects)
    {
        foreach (var open in _open.Values)
        {
            Advance(open, now, effects);
        }
    }

    private void Advance(Case open, Now now, List<TrackerEffect> effects)
    {
        if (!open.Commit.IsDue(now))
        {
            return;
        }

        open.Commit.Ask();
        var (job, outcome) = (open.Job, EndOutcome.SetAside(settings.SetAside[open.Job.Id]));
        effects.Add(new TrackerEffect.Commit(job.State is JobState.Queued
            ? new JobCommand.FinishQueued(job.Id, JobState.Failed, outcome, now.Wall)
            : new JobCommand.FinishAttempt(job.Id, job.LastAttempt, JobState.Failed, outcome, Progress: null, now.Wall)));
    }

    private sealed class Case
    {
        public Call Commit;

        public required Job Job { get; set; }
    }
}
