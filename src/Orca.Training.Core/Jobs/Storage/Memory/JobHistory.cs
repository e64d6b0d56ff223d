namespace Orca.Training.Jobs.Storage.Memory;

/// <summary>A job as it is, the newest of its earlier revisions, and who waits for the next. Its store's lock guards it.</summary>
internal sealed class JobHistory(Job job)
{
    // A job that goes the plain way has three revisions before its last.
    private const int PlainWay = 3;

    // Both made when they are needed: jobs are many, and most are watched by nobody.
    private List<Job>? _earlier;
    private Signal? _changed;

    public Job Current { get; private set; } = job;

    /// <summary>Begins to wait for the next change; await the result without the lock.</summary>
    public Signal.Waiter WaitNeedsLock(Lock guard) => (_changed ??= new Signal(guard)).WaitNeedsLock();

    public void ChangeNeedsLock(Job next, int keep)
    {
        if (keep > 1)
        {
            _earlier ??= new List<Job>(PlainWay);
            if (_earlier.Count == keep - 1)
            {
                _earlier.RemoveAt(0);
            }

            _earlier.Add(Current);
        }

        Current = next;
        _changed?.RaiseNeedsLock();
    }

    /// <summary>Keeps only the job as it is.</summary>
    public void ForgetWay() => _earlier = null;

    /// <summary>The job at a revision; as it is, where that one is no longer kept.</summary>
    public Job At(long revision)
    {
        // Revisions have no gaps, so a kept one lies as far from the end as it is older.
        var place = (_earlier?.Count ?? 0) - (int)(Current.Revision - revision);
        return place >= 0 && place < (_earlier?.Count ?? 0) ? _earlier![place] : Current;
    }

    /// <summary>The revisions after one, oldest first; those that are no longer kept are left out.</summary>
    public List<Job> After(long revision)
    {
        var found = new List<Job>();
        foreach (var job in _earlier ?? [])
        {
            if (job.Revision > revision)
            {
                found.Add(job);
            }
        }

        found.Add(Current);
        return found;
    }
}
