namespace Orca.Training.Jobs.Storage.Memory;

/// <summary>
/// How many jobs are open by pool and user, kept up to date with each change, for stores that hold the open jobs in memory. Jobs without a pool are counted
/// as one, so that they cost nothing. For callers that hold a lock.
/// </summary>
internal sealed class PoolCounts
{
    private readonly Dictionary<(string Pool, string? User), (int Queued, int Open)> _counts = [];
    private int _queuedWithout;
    private int _openWithout;

    /// <summary>Takes in a change of a job.</summary>
    /// <param name="before">The job before; null if it is new.</param>
    /// <param name="after">The job after; null if it is no longer here.</param>
    public void Change(Job? before, Job? after)
    {
        var (was, now) = (Parts(before), Parts(after));
        if (was != now)
        {
            Add((after ?? before)!, now.Queued - was.Queued, now.Open - was.Open);
        }
    }

    /// <summary>The counts of a pool, or of all pools and of the jobs without one.</summary>
    public IReadOnlyList<PoolCount> Read(string? pool)
    {
        var found = _counts.Where(c => pool is null || c.Key.Pool == pool).Select(c => new PoolCount(c.Key.Pool, c.Key.User, c.Value.Queued, c.Value.Open));
        return pool is null && _openWithout > 0 ? [.. found, new PoolCount(null, null, _queuedWithout, _openWithout)] : [.. found];
    }

    private static (int Queued, int Open) Parts(Job? job) => job is null || job.State.IsFinal() ? (0, 0) : (job.State is JobState.Queued ? 1 : 0, 1);

    private void Add(Job job, int queued, int open)
    {
        if (job.Pool is not { } pool)
        {
            _queuedWithout += queued;
            _openWithout += open;
            return;
        }

        var before = _counts.GetValueOrDefault((pool, job.User));
        var after = (Queued: before.Queued + queued, Open: before.Open + open);
        if (after.Open == 0)
        {
            _counts.Remove((pool, job.User));
        }
        else
        {
            _counts[(pool, job.User)] = after;
        }
    }
}
