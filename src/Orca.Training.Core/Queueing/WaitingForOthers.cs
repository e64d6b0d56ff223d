using Orca.Training.Jobs;

namespace Orca.Training.Queueing;

/// <summary>The queued jobs that wait for others to succeed, and those that are held: they stand beside the queue.</summary>
internal sealed class WaitingForOthers
{
    private readonly Dictionary<JobId, Job> _waiting = [];
    private readonly Dictionary<JobId, HashSet<JobId>> _waitFor = [];
    private readonly HashSet<JobId> _held = [];
    private readonly HashSet<JobId> _succeeded = [];
    private readonly HashSet<JobId> _unknown = [];

    public bool Knows(JobId job) => _waiting.ContainsKey(job) || _held.Contains(job);

    public void Clear()
    {
        _waiting.Clear();
        _waitFor.Clear();
        _held.Clear();
        _succeeded.Clear();
        _unknown.Clear();
    }

    /// <summary>Whether a job, as it is on record now, waits for others.</summary>
    public bool Waits(Job job)
    {
        Forget(job.Id);
        if (job.State is not JobState.Queued)
        {
            return false;
        }

        if (job.HeldAt is not null)
        {
            _held.Add(job.Id);
        }

        foreach (var other in job.LastAttempt == 0 ? job.Request.DependsOn : [])
        {
            if (_succeeded.Contains(other))
            {
                continue;
            }

            if (!_waitFor.TryGetValue(other, out var those))
            {
                _waitFor.Add(other, those = []);
                _unknown.Add(other);
            }

            those.Add(job.Id);
            _waiting[job.Id] = job;
        }

        return _waiting.ContainsKey(job.Id);
    }

    /// <summary>What no longer waits for anything because this job has succeeded.</summary>
    public IReadOnlyList<Job> End(Job job)
    {
        if (job.State is not JobState.Succeeded || !_waitFor.Remove(job.Id, out var those))
        {
            return [];
        }

        // Those that wait for more than this one look it up here.
        _succeeded.Add(job.Id);
        return [.. those.Select(id => _waiting.GetValueOrDefault(id)).OfType<Job>().Where(j => !j.Request.DependsOn.Any(_waitFor.ContainsKey))];
    }

    /// <summary>The jobs that others wait for and of which nothing has been heard, each once.</summary>
    public JobId[] TakeUnknown()
    {
        JobId[] unknown = [.. _unknown];
        _unknown.Clear();
        if (_waitFor.Count == 0)
        {
            _succeeded.Clear();
        }

        return unknown;
    }

    private void Forget(JobId job)
    {
        _held.Remove(job);
        if (_waiting.Remove(job, out var before))
        {
            foreach (var other in before.Request.DependsOn)
            {
                if (_waitFor.TryGetValue(other, out var those) && those.Remove(job) && those.Count == 0)
                {
                    _waitFor.Remove(other);
                }
            }
        }
    }
}
