using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Memory;

namespace Orca.Training.Sqlite.Image;

/// <summary>
/// The open jobs, the newest of the finished ones and the newest changes, as they are on record. Since one host alone writes, what is
/// published here after each commit is what the database holds; so most questions need no database.
/// </summary>
/// <param name="firstChange">Where this host's change feed begins: beyond every cursor that an earlier one gave.</param>
internal sealed class JobImage(long firstChange)
{
    private const int PageLimit = 1024;
    private const int KeepChanges = 65_536;
    private const int KeepFinished = 4096;

    // Guards all below; held for moments, never over an await or I/O, and nothing foreign is called inside.
    private readonly Lock _lock = new();
    private readonly Dictionary<JobId, Job> _jobs = [];
    private readonly RankedSet _open = new();
    private readonly RankedSet _queue = new();
    private readonly PoolCounts _pools = new();
    private readonly Queue<JobId> _finished = new();
    private readonly ChangeLog<Job> _changes = new(KeepChanges, static job => job);
    private readonly Dictionary<JobId, Signal> _watched = [];
    private Signal? _changed;

    private Signal Changed => _changed ??= new Signal(_lock);

    /// <summary>What a host finds when it opens the store: no change has happened yet.</summary>
    public void Load(IEnumerable<Job> open)
    {
        lock (_lock)
        {
            foreach (var job in open)
            {
                PutNeedsLock(job);
            }
        }
    }

    /// <summary>Shows what has just been committed, whole.</summary>
    public void Publish(IReadOnlyList<Job> changes)
    {
        if (changes.Count == 0)
        {
            return;
        }

        lock (_lock)
        {
            foreach (var job in changes)
            {
                PutNeedsLock(job);
                _changes.Append(job);
                if (_watched.TryGetValue(job.Id, out var watched))
                {
                    watched.RaiseNeedsLock();
                    if (job.State.IsFinal())
                    {
                        _watched.Remove(job.Id);
                    }
                }
            }

            Changed.RaiseNeedsLock();
        }
    }

    /// <summary>Lets go of those of the jobs that have finished.</summary>
    public void RemoveFinished(IReadOnlyList<JobId> jobs)
    {
        lock (_lock)
        {
            foreach (var id in jobs)
            {
                if (_jobs.TryGetValue(id, out var job) && job.State.IsFinal())
                {
                    _jobs.Remove(id);
                }
            }
        }
    }

    /// <summary>A job, if it is open or has finished lately.</summary>
    public Job? Find(JobId job)
    {
        lock (_lock)
        {
            return _jobs.GetValueOrDefault(job);
        }
    }

    /// <summary>Jobs at one moment; null for one that is not here.</summary>
    public JobReading?[] Read(IReadOnlyList<JobId> jobs)
    {
        var found = new JobReading?[jobs.Count];
        lock (_lock)
        {
            for (var i = 0; i < found.Length; i++)
            {
                if (_jobs.TryGetValue(jobs[i], out var job))
                {
                    found[i] = ReadingNeedsLock(job);
                }
            }
        }

        return found;
    }

    public OpenJobs ReadOpen()
    {
        lock (_lock)
        {
            return new OpenJobs([.. _open.After(0).Select(id => _jobs[new JobId(id)])], CursorOf(_changes.Last));
        }
    }

    public IReadOnlyList<PoolCount> CountOpen(string? pool)
    {
        lock (_lock)
        {
            return _pools.Read(pool);
        }
    }

    public async ValueTask<ChangePage> ReadChangesAsync(ChangeCursor after, CancellationToken cancellationToken)
    {
        while (true)
        {
            Signal.Waiter next;
            lock (_lock)
            {
                var page = _changes.Read(after.Sequence - firstChange, PageLimit);
                if (page.IsTruncated || page.Changes.Count > 0)
                {
                    return page with { Next = CursorOf(page.Next.Sequence) };
                }

                next = Changed.WaitNeedsLock();
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    /// <summary>A job after a revision; waits while it is open and has not changed. Null if it is not here.</summary>
    public async ValueTask<Job?> ReadNextAsync(JobId job, long afterRevision, CancellationToken cancellationToken)
    {
        while (true)
        {
            Signal.Waiter next;
            lock (_lock)
            {
                if (!_jobs.TryGetValue(job, out var current) || current.Revision > afterRevision || current.State.IsFinal())
                {
                    return current;
                }

                if (!_watched.TryGetValue(job, out var watched))
                {
                    _watched[job] = watched = new Signal(_lock);
                }

                next = watched.WaitNeedsLock();
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    private ChangeCursor CursorOf(long sequence) => new(firstChange + sequence);

    private JobReading ReadingNeedsLock(Job job) => new(job, job.State is JobState.Queued ? _queue.RankOf(job.Id.Value) + 1 : null);

    private void PutNeedsLock(Job job)
    {
        var id = job.Id.Value;
        _pools.Change(_jobs.GetValueOrDefault(job.Id), job);
        _jobs[job.Id] = job;
        if (job.State is JobState.Queued)
        {
            _queue.Add(id);
        }
        else
        {
            _queue.Remove(id);
        }

        if (!job.State.IsFinal())
        {
            _open.Add(id);
            return;
        }

        _open.Remove(id);
        _finished.Enqueue(job.Id);
        if (_finished.Count > KeepFinished)
        {
            _jobs.Remove(_finished.Dequeue());
        }
    }
}
