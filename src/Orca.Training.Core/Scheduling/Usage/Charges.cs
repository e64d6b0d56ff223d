using Orca.Training.Jobs;
using Orca.Training.Scheduling.Queues;
using Orca.Training.Scheduling.Rooms;

namespace Orca.Training.Scheduling.Usage;

/// <summary>
/// Charges users for what their attempts use: in advance at the start, for the time that an attempt is expected to take, so that a user who got
/// several machines at once has had them; for as much again whenever an attempt outlasts that; and at the end for what it really took.
/// </summary>
internal sealed class Charges(DateTimeOffset now)
{
    private readonly Dictionary<PoolQueue, Decay> _decays = [];
    private readonly PriorityQueue<(JobId Job, Placed Placed), DateTimeOffset> _due = new();

    /// <summary>A pool weighs use by its half-life from now on.</summary>
    public void Begin(PoolQueue pool) => _decays[pool] = new Decay(pool.Facts.HalfLife, now);

    /// <summary>Pools whose weights are used up, or whose half-life has changed, weigh use anew.</summary>
    public void WeighAnew(IEnumerable<PoolQueue> pools, Dictionary<JobId, Placed> placed, DateTimeOffset at)
    {
        foreach (var pool in pools)
        {
            var before = _decays[pool];
            if (before.Holds(at) && before.IsOf(pool.Facts.HalfLife))
            {
                continue;
            }

            var open = placed.Values.Where(p => p.Pool == pool).ToList();
            open.ForEach(p => Settle(p, endedAt: null));
            var after = new Decay(pool.Facts.HalfLife, at);
            _decays[pool] = after;
            pool.Halve(after.HalvesSince(before));
            open.ForEach(p => pool.Charge(p.User, Cost(p, p.PaidUntil)));
        }
    }

    public void Pay(JobId job, Placed placed)
    {
        placed.Pool.Charge(placed.User, Cost(placed, placed.PaidUntil));
        _due.Enqueue((job, placed), placed.PaidUntil);
    }

    public void Settle(Placed placed, DateTimeOffset? endedAt) =>
        placed.Pool.Charge(placed.User, (endedAt is { } ended ? Cost(placed, ended) : 0) - Cost(placed, placed.PaidUntil));

    /// <summary>The attempts whose charged time is over at this time, each once; some of them may have ended.</summary>
    public bool TryTakeDue(DateTimeOffset at, out (JobId Job, Placed Placed) due)
    {
        if (_due.TryPeek(out due, out var until) && until <= at)
        {
            _due.Dequeue();
            return true;
        }

        return false;
    }

    /// <summary>What an attempt costs that takes this much of a pool for this long from now on.</summary>
    public Int128 CostOf(PoolQueue pool, long costRate, DateTimeOffset from, TimeSpan time) => costRate * _decays[pool].Between(from, from + time);

    private Int128 Cost(Placed placed, DateTimeOffset until) => placed.CostRate * _decays[placed.Pool].Between(placed.Begun, until);
}
