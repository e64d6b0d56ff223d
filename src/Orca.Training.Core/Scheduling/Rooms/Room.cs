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

    // What all pools use beyond what they own.
    private Resources _beyond;

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

    /// <summary>The count of releases when something was last given back here.</summary>
    public long ReleasedAt { get; set; }

    /// <summary>Grows with whatever is changed here that decides when there is room.</summary>
    public long Version { get; private set; }

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

        var owned = OwnedBy(pool);
        return IsWithin(_beyond - Beyond(UsedBy(pool), owned) + Beyond(used, owned), Common);
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
        var (before, owned) = (UsedBy(pool), OwnedBy(pool));
        var after = sign > 0 ? before + given : before - given;
        _usedBy[pool] = after;
        _beyond = _beyond - Beyond(before, owned) + Beyond(after, owned);
        Version++;
    }

    /// <summary>An attempt that was being launched runs, or the other way round.</summary>
    public void Run(Placed placed, bool isRunning)
    {
        placed.IsRunning = isRunning;
        var change = isRunning ? 1 : -1;
        Inventory = Inventory with { Launching = Inventory.Launching - change, Running = Inventory.Running + change };
        Version++;
    }

    /// <summary>An attempt is expected to end later than before.</summary>
    public void Prolong(JobId job, Placed longer)
    {
        Attempts[job] = longer;
        Version++;
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

        // Pools may own more than there is, of a machine that has become smaller: then nothing is left for others.
        Common = Beyond(common, default);
        _beyond = default;
        foreach (var (pool, used) in _usedBy)
        {
            _beyond += Beyond(used, OwnedBy(pool));
        }

        Version++;
    }
}

/// <summary>A machine's answer to a start that it had no room after all.</summary>
internal readonly record struct Refusal(Resources Needs, TimeSpan Until, string Reason);

/// <summary>When a job can start on the machine that is being emptied for it. It holds while nothing changes there and that time has not come.</summary>
/// <param name="Version">The machine's version.</param>
/// <param name="At">When it was worked out.</param>
/// <param name="Start">When the job can start.</param>
/// <param name="Left">What is in use then, if nothing else is started.</param>
internal readonly record struct Promise(long Version, DateTimeOffset At, DateTimeOffset Start, Inventory Left);

/// <summary>A job for which a machine is being emptied.</summary>
internal sealed class Reservation(ShapeLine line, long key)
{
    public ShapeLine Line => line;

    /// <summary>Its place in its user's own order.</summary>
    public long Key => key;

    public JobId Job => OrderKey.JobOf(Key);

    /// <summary>When it can start, as last worked out; null before.</summary>
    public Promise? Promise { get; set; }

    /// <summary>The pool's count of releases when it was last found not to fit; -1 before.</summary>
    public long NoRoomSince { get; set; } = -1;

    /// <summary>Whether it has to be looked at by itself: those that are like it do not fit, since the room is not kept for them.</summary>
    public bool MayFit => !Line.MayFit && Line.Shape.IsEligible && NoRoomSince < Line.Shape.Pool.Releases;
}
