namespace Orca.Training.Jobs.Storage.Memory;

/// <summary>
/// The newest changes, by sequence; a ring that grows up to its capacity and then forgets the oldest. It holds no copies of jobs, or
/// they would outlive by far their last reader: a reader that lags so far behind that a copy is gone gets the job as it is.
/// </summary>
internal sealed class ChangeLog(int capacity)
{
    private (JobHistory Job, long Revision)[] _ring = new (JobHistory, long)[Math.Min(capacity, 256)];

    /// <summary>The sequence of the newest change; the first one is 1.</summary>
    public long Last { get; private set; }

    private long Oldest => Math.Max(1, Last - capacity + 1);

    /// <summary>A job has just changed to its current revision.</summary>
    public void Append(JobHistory job)
    {
        if (Last >= _ring.Length && _ring.Length < capacity)
        {
            Array.Resize(ref _ring, Math.Min(capacity, _ring.Length * 2));
        }

        Last++;
        _ring[(Last - 1) % _ring.Length] = (job, job.Current.Revision);
    }

    /// <summary>What follows a sequence, up to a limit.</summary>
    public ChangePage Read(long after, int limit)
    {
        if (after < Oldest - 1 || after > Last)
        {
            return new ChangePage([], new ChangeCursor(Last), IsTruncated: true);
        }

        var changes = new Job[(int)Math.Min(limit, Last - after)];
        for (var i = 0; i < changes.Length; i++)
        {
            var (job, revision) = _ring[(after + i) % _ring.Length];
            changes[i] = job.At(revision);
        }

        return new ChangePage(changes, new ChangeCursor(after + changes.Length), IsTruncated: false);
    }
}
