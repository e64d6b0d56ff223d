namespace Orca.Training.Jobs.Storage.Memory;

/// <summary>Pages of jobs, and several jobs at once.</summary>
internal sealed partial class MemoryJobStore
{
    // So many jobs are looked at before others get the lock: a query that few of many jobs meet holds nobody up. Each step goes on
    // after the last id, so that what changes between two of them is seen once or not at all, as between two pages.
    private const int LooksAtOnce = 1024;

    private readonly JobIndex _index = new();

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<JobReading>> ReadPageAsync(JobQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        // A copy, because nothing foreign is called under the lock, and a caller's dictionary may be anything.
        query = query with { States = query.States.ToArray(), Labels = query.Labels.ToDictionary() };
        var found = new List<JobReading>(Math.Min(query.Limit, LooksAtOnce));
        var last = query.After?.Value ?? (query.OldestFirst ? long.MinValue : long.MaxValue);
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
        while (LookOn(query, ref last, found));

        return ValueTask.FromResult<IReadOnlyList<JobReading>>(found);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<JobReading?>> ReadAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        JobId[] ids = [.. jobs];
        var found = new JobReading?[ids.Length];
        lock (_lock)
        {
            for (var i = 0; i < ids.Length; i++)
            {
                found[i] = _jobs.TryGetValue(ids[i].Value, out var history) ? ReadNeedsLock(history.Current) : null;
            }
        }

        return ValueTask.FromResult<IReadOnlyList<JobReading?>>(found);
    }

    /// <summary>Looks at the next jobs. False: the page is full, or there are no more.</summary>
    private bool LookOn(JobQuery query, ref long last, List<JobReading> found)
    {
        lock (_lock)
        {
            var looks = 0;
            foreach (var id in CandidatesNeedsLock(query, last))
            {
                last = id;
                var job = _jobs[id].Current;
                if (query.Matches(job))
                {
                    found.Add(ReadNeedsLock(job));
                    if (found.Count == query.Limit)
                    {
                        return false;
                    }
                }

                if (++looks == LooksAtOnce)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Few ids among which all are that meet the query, after the last one, in its order.</summary>
    private IEnumerable<long> CandidatesNeedsLock(JobQuery query, long last)
    {
        RankedSet[] sets = query.States.Count == 0 ? _states : [.. query.States.Distinct().Where(Enum.IsDefined).Select(IdsOf)];
        if (_index.Narrowest(query) is { } narrow && narrow.Count < sets.Sum(s => s.Count))
        {
            sets = [narrow];
        }

        if (query.Owners is { } owners && _index.Of(owners) is { } owned && owned.Sum(s => s.Count) < sets.Sum(s => s.Count))
        {
            sets = [.. owned];
        }

        return query.OldestFirst
            ? Merge([.. sets.Select(s => s.After(last))], static (a, b) => a < b)
            : Merge([.. sets.Select(s => s.Before(last))], static (a, b) => a > b);
    }

    private JobReading ReadNeedsLock(Job job) => new(job, job.State is JobState.Queued ? IdsOf(JobState.Queued).RankOf(job.Id.Value) + 1 : null);

    /// <summary>One order out of several, each id once.</summary>
    private static IEnumerable<long> Merge(IEnumerable<long>[] sources, Func<long, long, bool> isFirst)
    {
        List<IEnumerator<long>> left = [.. sources.Select(s => s.GetEnumerator()).Where(s => s.MoveNext())];
        long? last = null;
        while (left.Count > 0)
        {
            var next = 0;
            for (var i = 1; i < left.Count; i++)
            {
                next = isFirst(left[i].Current, left[next].Current) ? i : next;
            }

            if (left[next].Current is var id && id != last)
            {
                last = id;
                yield return id;
            }

            if (!left[next].MoveNext())
            {
                left.RemoveAt(next);
            }
        }
    }
}
