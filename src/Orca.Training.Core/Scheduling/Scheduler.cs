using System.Collections.ObjectModel;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Facts;
using Orca.Training.Scheduling.Placing;
using Orca.Training.Scheduling.Queues;
using Orca.Training.Scheduling.Rooms;
using Orca.Training.Scheduling.Usage;

namespace Orca.Training.Scheduling;

/// <summary>
/// Decides which job starts next, and where: a fold over facts. Pools take turns on the machines that they share, and users within a pool, by
/// what they use and have used; a user's own jobs go by priority and then by age. Pure: it has no clock and does no I/O, and the same facts and
/// times give the same decisions. Not thread-safe.
/// </summary>
internal sealed partial class Scheduler
{
    private readonly Placer _placer;
    private readonly Dictionary<string, PoolQueue> _pools = new(StringComparer.Ordinal);
    private readonly List<Room> _rooms = [];
    private readonly Dictionary<JobId, Waiting> _waiting = [];
    private readonly SortedSet<(TimeSpan NotBefore, JobId Job)> _putOff = [];
    private readonly Dictionary<JobId, LaterFacts> _later = [];
    private readonly Dictionary<JobId, Placed> _placed = [];
    private readonly Queue<(JobId Job, Shape Shape)> _untold = [];
    private readonly RunTimes _runTimes = new();
    private readonly Charges _charges;
    private IReadOnlyList<PoolFacts> _configured = [];

    // How often anything happened after which what did not fit may fit.
    private long _releases = 1;

    /// <param name="policy">What fits on a machine.</param>
    /// <param name="machines">The machines, in the order in which they are filled.</param>
    /// <param name="pools">The pools; without any there is one, which has no name and may use all machines.</param>
    /// <param name="now">From when on use is weighed.</param>
    public Scheduler(ICapacityPolicy policy, IEnumerable<MachineFacts> machines, IReadOnlyList<PoolFacts> pools, DateTimeOffset now)
    {
        _placer = new Placer(policy);
        _charges = new Charges(now);
        foreach (var machine in machines)
        {
            _rooms.Add(new Room(machine, _rooms.Count));
        }

        Configure(pools);
    }

    /// <summary>The next moment, by the steady clock, at which a decision can differ without any new fact; null for none.</summary>
    public TimeSpan? NextLook
    {
        get
        {
            var next = _putOff.Count > 0 ? _putOff.Min.NotBefore : default(TimeSpan?);
            foreach (var room in _rooms)
            {
                next = room.NextRefusalEnd is { } end && !(next <= end) ? end : next;
            }

            return next;
        }
    }

    /// <summary>What each machine has given away.</summary>
    public IReadOnlyList<Inventory> Inventories => [.. _rooms.Select(r => r.Inventory)];

    /// <summary>How many jobs wait whose time has come.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>A job waits.</summary>
    /// <param name="facts">What decides about it.</param>
    /// <param name="since">Since when.</param>
    /// <param name="notBefore">When its time comes, by the steady clock; null if that is now.</param>
    /// <param name="toldMisfit">What is on record about it: why no machine can start it; null for nothing.</param>
    public void Await(in JobFacts facts, DateTimeOffset since, TimeSpan? notBefore = null, string? toldMisfit = null)
    {
        Free(facts.Job, endedAt: null);
        Forget(facts.Job);
        if (notBefore is { } later)
        {
            _later.Add(facts.Job, new LaterFacts(facts, since, later));
            _putOff.Add((later, facts.Job));
            return;
        }

        Enqueue(facts, since, toldMisfit);
    }

    /// <summary>An attempt of a job occupies room, as recorded.</summary>
    public void Place(in JobFacts facts, in PlacedFacts placed)
    {
        var pool = PoolOf(facts.Pool);
        var given = facts.Demand.Total;
        var costRate = placed.CostRate ?? CostRateOf(pool, given);
        if (_placed.TryGetValue(facts.Job, out var known) && IsThat(known, pool, facts, placed, costRate))
        {
            if (known.IsRunning != placed.IsRunning && known.Room is { } room)
            {
                room.Run(known, placed.IsRunning);
                if (_placer.MindsLaunching)
                {
                    Release(room);
                }
            }

            known.IsRunning = placed.IsRunning;
            return;
        }

        var before = Free(facts.Job, endedAt: null, isPlacedAgain: true);
        Forget(facts.Job);
        var isSame = before is not null && before.Room?.Name == placed.Machine && before.Begun == placed.Begun;
        var paid = placed.Begun + _runTimes.Of(facts.Algorithm);
        Take(facts.Job, new Placed(pool, facts.User, facts.Algorithm)
        {
            Machine = placed.Machine,
            Room = Find(placed.Machine),
            Given = given,
            IsRunning = placed.IsRunning,
            CostRate = costRate,
            Begun = placed.Begun,
            PaidUntil = isSame ? before!.PaidUntil : paid,
            EndsBy = EndsBy(facts, placed),
        });
    }

    /// <summary>A job neither waits nor is under way any more.</summary>
    /// <param name="job">The job.</param>
    /// <param name="endedAt">When its attempt ended; null if none was under way, or if what was to be one never began.</param>
    public void Remove(JobId job, DateTimeOffset? endedAt = null)
    {
        Free(job, endedAt);
        Forget(job);
    }

    /// <summary>Whether a job waits or occupies room here.</summary>
    public bool Knows(JobId job) => _waiting.ContainsKey(job) || _placed.ContainsKey(job) || _later.ContainsKey(job);

    /// <summary>When the attempt that occupies room for a job was recorded; null if none does.</summary>
    public DateTimeOffset? BegunAt(JobId job) => _placed.TryGetValue(job, out var placed) ? placed.Begun : null;

    /// <summary>What could not be decided, or not be placed on any machine, is looked at again.</summary>
    public void LookAgain()
    {
        foreach (var pool in _pools.Values)
        {
            foreach (var shape in pool.Shapes)
            {
                shape.Reopen();
            }

            pool.HasNewShapes = true;
            pool.Release(_releases + 1);
        }

        _releases++;
        foreach (var room in _rooms)
        {
            room.ReleasedAt = _releases;
        }
    }

    private PoolQueue PoolOf(string name)
    {
        if (!_pools.TryGetValue(name, out var pool))
        {
            // Jobs may be on record in a pool that is no longer configured; none of its machines is theirs.
            _pools.Add(name, pool = new PoolQueue(new PoolFacts(name) { Shares = ReadOnlyDictionary<string, Resources>.Empty }));
            _charges.Begin(pool);
            _weighedIn = null;
        }

        return pool;
    }

    private void Enqueue(in JobFacts facts, DateTimeOffset since, string? toldMisfit)
    {
        var pool = PoolOf(facts.Pool);
        var key = OrderKey.Of(facts.Job, facts.Priority);
        var line = pool.Enqueue(facts.User, new ShapeKey(facts.Algorithm, facts.Demand, facts.RunLimit), key, since);
        _waiting[facts.Job] = new Waiting(line, key);
        if (toldMisfit is not null)
        {
            line.Shape.Told[facts.Job] = toldMisfit;
        }

        if (line.Shape.HasBeenMisfit || toldMisfit is not null)
        {
            _untold.Enqueue((facts.Job, line.Shape));
        }
    }

    private void Forget(JobId job)
    {
        if (_later.Remove(job, out var later))
        {
            _putOff.Remove((later.NotBefore, job));
        }

        if (_waiting.Remove(job, out var waiting))
        {
            var (line, key) = (waiting.Line, waiting.Key);
            line.Shape.Pool.Dequeue(line, key);
            line.Shape.Told.Remove(job);
            foreach (var room in line.Shape.Pool.Rooms)
            {
                if (room.Reserved?.Job == job)
                {
                    room.Reserved = null;
                    Release(room);
                }
            }
        }
    }

    private void Take(JobId job, Placed placed)
    {
        _placed[job] = placed;
        Occupy(job, placed);
        var user = placed.Pool.Count(placed.User, placed.Given, placed.CostRate, 1);
        user.LastStart = user.LastStart > placed.Begun ? user.LastStart : placed.Begun;
        _charges.Pay(job, placed);
    }

    private static void Occupy(JobId job, Placed placed)
    {
        if (placed.Room is { } room)
        {
            room.Attempts.Add(job, placed);
            room.Count(placed.Pool, placed.Given, placed.IsRunning, 1);
        }
    }

    private Placed? Free(JobId job, DateTimeOffset? endedAt, bool isPlacedAgain = false)
    {
        if (!_placed.Remove(job, out var placed))
        {
            return null;
        }

        _charges.Settle(placed, endedAt);
        var user = placed.Pool.Count(placed.User, placed.Given, placed.CostRate, -1);
        if (endedAt is not null)
        {
            user.LastEnded = user.LastEnded > placed.Begun ? user.LastEnded : placed.Begun;
        }
        else if (!isPlacedAgain)
        {
            // It never began, and took nobody's turn.
            user.LastStart = _placed.Values.Where(p => p.Pool == placed.Pool && p.User == placed.User).Select(p => p.Begun).Append(user.LastEnded).Max();
        }

        placed.Pool.Release(++_releases);
        if (endedAt is { } ended && placed.IsRunning)
        {
            _runTimes.Learn(placed.Algorithm, ended - placed.Begun);
        }

        if (placed.Room is { } room)
        {
            room.Attempts.Remove(job);
            room.Count(placed.Pool, placed.Given, placed.IsRunning, -1);
            if (endedAt is not null)
            {
                room.ForgetRefusals();
            }

            Release(room);
        }

        return placed;
    }

    private static DateTimeOffset? EndsBy(in JobFacts facts, in PlacedFacts placed) => facts.RunLimit is { } limit ? placed.Begun + limit : null;

    /// <summary>Whether an attempt is the one that is known, but for whether it runs.</summary>
    private bool IsThat(Placed known, PoolQueue pool, in JobFacts facts, in PlacedFacts placed, long costRate) =>
        known.Pool == pool && known.User == facts.User && known.Algorithm == facts.Algorithm
        && known.Room?.Name == placed.Machine && known.Room == Find(placed.Machine)
        && known.Given == facts.Demand.Total && known.CostRate == costRate && known.Begun == placed.Begun && known.EndsBy == EndsBy(facts, placed);

    private readonly record struct Waiting(ShapeLine Line, long Key);

    private sealed record LaterFacts(JobFacts Facts, DateTimeOffset Since, TimeSpan NotBefore);
}
