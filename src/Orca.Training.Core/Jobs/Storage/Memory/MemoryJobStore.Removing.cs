namespace Orca.Training.Jobs.Storage.Memory;

/// <summary>What need not be kept, and its removal; of what ran, the run stays.</summary>
internal sealed partial class MemoryJobStore : IRemovedJobs
{
    // A bound on memory where more finishes between two looks than can be held: what the oldest of them left stays on disk.
    private const int KeepEvicted = 16_384;

    // As many as finished jobs are kept; the oldest go first.
    private readonly SortedDictionary<long, Job> _runs = [];

    // Forgotten to make room, so no caller sees them; what they left is still to be removed.
    private readonly Dictionary<long, Job> _evicted = [];
    private readonly Queue<long> _evictedInOrder = new();

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<Job>> ReadExpiredAsync(JobRetention retention, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var count = Enum.GetValues<JobState>().Where(s => s.IsFinal()).Sum(s => IdsOf(s).Count);
            var tooMany = count - (retention.KeepNewest ?? count);
            var place = 0;
            return ValueTask.FromResult<IReadOnlyList<Job>>(
            [
                .. _finishedInOrder.Where(_jobs.ContainsKey).Select(id => _jobs[id].Current)
                    .Concat(_evicted.Values)
                    .OrderBy(job => FinishedPlace.Of(job).Rank)
                    // Those that are evicted have no place among the kept ones.
                    .Where(job => !_jobs.ContainsKey(job.Id.Value) || place++ < tooMany || job.FinishedAt < retention.FinishedBefore)
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
                if (_evicted.Remove(job.Value))
                {
                    continue;
                }

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

    /// <inheritdoc />
    public int RemoveRuns(DateTimeOffset finishedBefore, int limit)
    {
        lock (_lock)
        {
            long[] removed =
            [
                .. _runs.Values.Where(job => job.FinishedAt < finishedBefore && job.ModelVersion is null)
                    .OrderBy(job => FinishedPlace.Of(job).Rank)
                    .Take(limit)
                    .Select(job => job.Id.Value),
            ];
            foreach (var id in removed)
            {
                _runs.Remove(id);
            }

            return removed.Length;
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
            var (id, oldest) = _runs.First();
            _runs.Remove(id);
            if (oldest.ModelVersion is not null)
            {
                // Its files stayed for the model's sake, and nobody can name that any more.
                QueueNeedsLock(oldest);
            }
        }
    }

    private void EvictNeedsLock(Job job)
    {
        QueueNeedsLock(job);
        if (job.ModelVersion is not null)
        {
            KeepRunNeedsLock(job);
        }
    }

    private void QueueNeedsLock(Job job)
    {
        if (_evicted.TryAdd(job.Id.Value, job))
        {
            _evictedInOrder.Enqueue(job.Id.Value);
        }

        while (_evictedInOrder.Count > KeepEvicted)
        {
            _evicted.Remove(_evictedInOrder.Dequeue());
        }
    }
}
