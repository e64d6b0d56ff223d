using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Facts;
using Orca.Training.Scheduling.Queues;

namespace Orca.Training.Scheduling.Rooms;

/// <summary>What a machine has, what is in use of it, and by whom.</summary>
internal sealed class Room(MachineFacts facts, int place)
{
    private readonly Dictionary<PoolQueue, Resources> _usedBy = [];
    private readonly Dictionary<PoolQueue, Resources> _ownedBy = [];
    private readonly List<Refusal> _refusals = [];

    public MachineFacts Facts { get; private set; } = facts;

    public string Name => Facts.Name;

    /// <summary>Its place in the order in which machines are filled.</summary>
    public int Place { get; set; } = place;

    public Inventory Inventory { get; private set; } = new(facts.Name, facts.Supply, default, 0, 0);

    /// <summary>Whether it does not answer: it is chosen only where no other has room.</summary>
    public bool IsAway { get; set; }

    /// <summary>Whether no more is started there; what runs there goes on.</summary>
    public bool IsClosed { get; set; }

    /// <summary>The job for which it is being emptied; null for none.</summary>
    public Reservation? Reserved { get; set; }

    /// <summary>The attempts on it.</summary>
    public Dictionary<JobId, Placed> Attempts { get; } = [];

    /// <summary>The pools that may use it.</summary>
    public List<PoolQueue> Pools { get; } = [];

    /// <summary>What is owned by no pool.</summary>
    public Resources Common { get; private set; }

    public void Offer(MachineFacts facts)
    {
        Facts = facts;
        Inventory = Inventory with { Total = facts.Supply };
        CountCommon();
    }

    public void Own(PoolQueue pool, Resources share)
    {
        if (share != default)
        {
            _ownedBy[pool] = share;
            CountCommon();
        }
    }

    public void Disown()
    {
        _ownedBy.Clear();
        Pools.Clear();
        CountCommon();
    }

    public Resources OwnedBy(PoolQueue pool) => _ownedBy.GetValueOrDefault(pool);

    public Resources UsedBy(PoolQueue pool) => _usedBy.GetValueOrDefault(pool);

    /// <summary>Whether a pool has the right to this much more.</summary>
    public bool HasRight(PoolQueue pool, Resources more) => HasRightWith(pool, UsedBy(pool) + more);

    /// <summary>
    /// Whether a pool has the right to use this much in all: it owns it, or nobody does and those who use more than they own leave so much of it.
    /// </summary>
    public bool HasRightWith(PoolQueue pool, Resources used)
    {
        if (_ownedBy.Count == 0 || IsWithin(used, OwnedBy(pool)))
        {
            return true;
        }

        var beyond = Beyond(used, OwnedBy(pool));
        foreach (var (other, others) in _usedBy)
        {
            if (other != pool)
            {
                beyond += Beyond(others, OwnedBy(other));
            }
        }

        return IsWithin(beyond, Common);
    }

    /// <summary>Whether a pool would have the right to this much if nothing were in use.</summary>
    public bool CouldHaveRight(PoolQueue pool, Resources total) =>
        _ownedBy.Count == 0 || IsWithin(Beyond(total, OwnedBy(pool)), Common);

    public void Count(PoolQueue pool, Resources given, bool isRunning, int sign)
    {
        Inventory = Inventory with
        {
            Used = sign > 0 ? Inventory.Used + given : Inventory.Used - given,
            Launching = Inventory.Launching + (isRunning ? 0 : sign),
            Running = Inventory.Running + (isRunning ? sign : 0),
        };
        _usedBy[pool] = sign > 0 ? UsedBy(pool) + given : UsedBy(pool) - given;
    }

    /// <summary>It had no room for this after all: nothing that needs as much is tried there until then, or until something ends there.</summary>
    public void Refuse(Refusal refusal)
    {
        _refusals.RemoveAll(r => IsWithin(refusal.Needs, r.Needs) && r.Until <= refusal.Until);
        _refusals.Add(refusal);
    }

    public Refusal? RefusalOf(Resources needs)
    {
        foreach (var refusal in _refusals)
        {
            if (IsWithin(refusal.Needs, needs))
            {
                return refusal;
            }
        }

        return null;
    }

    /// <summary>When the next refusal is over; null without any.</summary>
    public TimeSpan? NextRefusalEnd => _refusals.Count == 0 ? null : _refusals.Min(r => r.Until);

    /// <returns>Whether there were any that are over.</returns>
    public bool ForgetRefusals(TimeSpan? until = null) => _refusals.RemoveAll(r => until is null || r.Until <= until) > 0;

    private static bool IsWithin(Resources less, Resources more) =>
        less.Cpus <= more.Cpus && less.MemoryBytes <= more.MemoryBytes && less.Gpus <= more.Gpus;

    private static Resources Beyond(Resources used, Resources owned) => new(
        Math.Max(0, used.Cpus - owned.Cpus), Math.Max(0, used.MemoryBytes - owned.MemoryBytes), Math.Max(0, used.Gpus - owned.Gpus));

    private void CountCommon()
    {
        var common = Inventory.Total;
        foreach (var share in _ownedBy.Values)
        {
            common -= share;
        }

        Common = common;
    }
}

/// <summary>A machine's answer to a start that it had no room after all.</summary>
internal readonly record struct Refusal(Resources Needs, TimeSpan Until, string Reason);

/// <summary>A job for which a machine is being emptied.</summary>
internal sealed class Reservation(ShapeLine line, long key)
{
    public ShapeLine Line => line;

    /// <summary>Its place in its user's own order.</summary>
    public long Key => key;

    public JobId Job => OrderKey.JobOf(Key);

    /// <summary>The pool's count of releases when it was last found not to fit; -1 before.</summary>
    public long NoRoomSince { get; set; } = -1;

    /// <summary>Whether it has to be looked at by itself: those that are like it do not fit, since the room is not kept for them.</summary>
    public bool MayFit => !Line.MayFit && Line.Shape.IsEligible && NoRoomSince < Line.Shape.Pool.Releases;
}
