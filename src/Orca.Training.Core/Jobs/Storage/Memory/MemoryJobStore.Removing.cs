namespace Orca.Training.Jobs.Storage.Memory;

/// <summary>What need not be kept, and its removal; of what ran, the run stays.</summary>
internal sealed partial class MemoryJobStore : IRemovedJobs
{
    // As many as finished jobs are kept; the oldest go first.
    private readonly SortedDictionary<long, Job> _runs = [];

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<Job>> ReadExpiredAsync(JobRetention retention, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var count = Enum.GetValues<JobState>().Where(s => s.IsFinal()).Sum(s => IdsOf(s).Count);
            var tooMany = count - (retention.KeepNewest ?? count);
            var finished = _finishedInOrder.Where(_jobs.ContainsKey).Select(id => _jobs[id].Current).OrderBy(job => FinishedPlace.Of(job).Rank);
            return ValueTask.FromResult<IReadOnlyList<Job>>(
            [
                .. finished
                    .Where((job, place) => place < tooMany || job.FinishedAt < retention.FinishedBefore)
                    .Where(job => retention.After is not { } after || FinishedPlace.Of(job).Rank.CompareTo(after.Rank) > 0)
                    .Take(limit),
            ]);
        }
    }

    /// <inheritdoc />
    public ValueTask RemoveAsync(IReadOnlyList<JobId> jobs, Fence fence, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (fence.Term != _lease.Term || _lease.Term == 0)
            {
                throw new StaleFenceException(fence, new Fence(_lease.Term));
            }

            foreach (var job in jobs)
            {
                if (_jobs.TryGetValue(job.Value, out var history) && history.Current.State.IsFinal())
                {
                    Forget(job.Value);
                    KeepRunNeedsLock(history.Current);
                }
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public Job? FindRemoved(JobId job)
    {
        lock (_lock)
        {
            return _runs.GetValueOrDefault(job.Value);
        }
    }

    /// <inheritdoc />
    public IReadOnlyList<Job> ListRemoved()
    {
        lock (_lock)
        {
            return [.. _runs.Values];
        }
    }

    private void KeepRunNeedsLock(Job job)
    {
        if (job.Attempts.Count == 0)
        {
            return;
        }

        _runs[job.Id.Value] = job;
        if (_runs.Count > _options.KeepFinished)
        {
            _runs.Remove(_runs.First().Key);
        }
    }
}
