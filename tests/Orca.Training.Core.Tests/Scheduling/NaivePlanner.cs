using Orca.Training.Clocks;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Facts;
using Orca.Training.Scheduling.Usage;

namespace Orca.Training.Tests.Scheduling;

/// <summary>
/// What the scheduler is to decide, worked out from scratch for each decision: all jobs and attempts in lists, everything summed and sorted anew. It is
/// slow and short, and shares with the scheduler only what has tests of its own: the weights of use, and the mean of run times.
/// </summary>
internal sealed class NaivePlanner(ICapacityPolicy policy, DateTimeOffset start)
{
    private readonly List<Waiting> _waiting = [];
    private readonly List<Attempt> _attempts = [];
    private readonly Dictionary<(string Pool, string User), DateTimeOffset> _waitsSince = [];
    private readonly Dictionary<string, JobId> _reserved = [];
    private readonly RunTimes _runTimes = new();

    public List<MachineFacts> Machines { get; } = [];

    public HashSet<string> Away { get; } = [];

    public HashSet<string> Closed { get; } = [];

    public List<PoolFacts> Pools { get; set; } = [];

    public void Await(JobFacts facts, DateTimeOffset since, TimeSpan? notBefore)
    {
        Forget(facts.Job);
        _waiting.Add(new Waiting(facts, since, notBefore));
    }

    public void Run(JobId job) => _attempts[Index(job)] = _attempts[Index(job)] with { IsRunning = true };

    public void End(JobId job, DateTimeOffset at)
    {
        var attempt = _attempts[Index(job)];
        _attempts[Index(job)] = attempt with { Ended = at };
        if (attempt.IsRunning)
        {
            _runTimes.Learn(attempt.Facts.Algorithm, at - attempt.Begun);
        }
    }

    public void Unstart(JobId job) => _attempts.RemoveAt(Index(job));

    public void Forget(JobId job)
    {
        _waiting.RemoveAll(w => w.Facts.Job == job);
        foreach (var machine in _reserved.Where(r => r.Value == job).Select(r => r.Key).ToList())
        {
            _reserved.Remove(machine);
        }
    }

    public void ForgetReservations(string? machine = null)
    {
        if (machine is null)
        {
            _reserved.Clear();
        }
        else
        {
            _reserved.Remove(machine);
        }
    }

    public List<string> Plan(Now now)
    {
        var decisions = new List<string>();
        while (Next(now) is { } decision)
        {
            decisions.Add(decision);
        }

        return decisions;
    }

    /// <summary>Whose turn began when: kept, since a job that no longer waits leaves no trace.</summary>
    public void Observe(Now now)
    {
        var waiting = _waiting.Where(w => IsDue(w, now)).GroupBy(w => (w.Facts.Pool, w.Facts.User)).ToDictionary(g => g.Key, g => g.Min(w => w.Since));
        foreach (var gone in _waitsSince.Keys.Except(waiting.Keys).ToList())
        {
            _waitsSince.Remove(gone);
        }

        foreach (var (user, since) in waiting)
        {
            _waitsSince[user] = _waitsSince.TryGetValue(user, out var before) && before < since ? before : since;
        }
    }

    private string? Next(Now now)
    {
        Observe(now);
        foreach (var (machine, job) in _reserved.ToList())
        {
            // A machine that has become too small for its job is emptied for it no longer.
            if (_waiting.Find(w => w.Facts.Job == job) is { } reserved
                && !CouldFit(Pools.Find(p => p.Name == reserved.Facts.Pool)!, reserved, Machines.Find(m => m.Name == machine)!))
            {
                _reserved.Remove(machine);
            }
        }

        foreach (var pool in Pools.OrderBy(p => TurnOf(p, now)))
        {
            foreach (var job in InOrder(pool, now))
            {
                var shares = MachinesOf(pool).Where(m => Fits(pool, job, m, now)).ToList();
                if (!IsWithinLimits(pool, job) || shares.Count == 0)
                {
                    continue;
                }

                var machine = shares
                    .OrderBy(m => Away.Contains(m.Name)).ThenBy(m => ShareOf(pool, m) == default)
                    .ThenBy(m => m.Supply.Gpus - InventoryOf(m).Used.Gpus).ThenBy(Machines.IndexOf).First();
                if (Reserve(pool, job, machine, now) is { } reserved)
                {
                    return reserved;
                }

                Forget(job.Facts.Job);
                _attempts.Add(new Attempt(job.Facts, machine.Name, now.Wall, RateOf(pool, job), now.Wall + _runTimes.Of(job.Facts.Algorithm)));
                return $"start {job.Facts.Job} on {machine.Name}";
            }
        }

        return null;
    }

    private string? Reserve(PoolFacts pool, Waiting job, MachineFacts machine, Now now)
    {
        if (_reserved.ContainsKey(machine.Name))
        {
            return null;
        }

        foreach (var other in Pools.Where(p => MachinesOf(p).Contains(machine)))
        {
            var head = InOrder(other, now).FirstOrDefault(j => IsWithinLimits(other, j));
            if (head is null || _reserved.ContainsValue(head.Facts.Job) || !CouldFit(other, head, machine) || Fits(other, head, machine, now)
                || IsSameLine(head, job) || !IsBefore(other, head, pool, job, now))
            {
                continue;
            }

            var soonest = MachinesOf(other)
                .Where(m => !_reserved.ContainsKey(m.Name) && !Closed.Contains(m.Name) && !Away.Contains(m.Name) && CouldFit(other, head, m))
                .OrderBy(m => EarliestStart(other, head, m, now.Wall)).ThenBy(Machines.IndexOf).Select(m => m.Name).FirstOrDefault();
            if (soonest is not null)
            {
                _reserved[soonest] = head.Facts.Job;
                return $"reserve {soonest} for {head.Facts.Job}";
            }
        }

        return null;
    }

    private static bool IsSameLine(Waiting a, Waiting b) =>
        (a.Facts with { Job = default, Priority = 0 }) == (b.Facts with { Job = default, Priority = 0 });

    private bool IsBefore(PoolFacts headPool, Waiting head, PoolFacts pool, Waiting job, Now now)
    {
        if (headPool.Name != pool.Name)
        {
            return TurnOf(headPool, now).CompareTo(TurnOf(pool, now)) < 0;
        }

        var order = InOrder(pool, now);
        return order.FindIndex(w => w.Facts.Job == head.Facts.Job) < order.FindIndex(w => w.Facts.Job == job.Facts.Job);
    }

    private List<Waiting> InOrder(PoolFacts pool, Now now) =>
    [
        .. _waiting.Where(w => w.Facts.Pool == pool.Name && IsDue(w, now) && MachinesOf(pool).Any(m => m.Supply == default || CouldFit(pool, w, m)))
            .OrderBy(w => TurnOf(pool, w.Facts.User, now)).ThenByDescending(w => w.Facts.Priority).ThenBy(w => w.Facts.Job),
    ];

    private (int Class, long Since, Int128 Use, string Name) TurnOf(PoolFacts pool, string user, Now now)
    {
        var active = UsersOf(pool, now).Count;
        var running = Open(pool.Name, user).Sum(a => a.Rate);
        var turn = TurnSince(pool.Name, user);
        return turn is { } since && now.Wall - since > pool.LongestTurn ? (0, since.Ticks, 0, user)
            : (running * active < 1_000_000 ? 1 : 2, 0, UseOf(pool, user, now), user);
    }

    private (int Class, long Since, Int128 Use, string Name) TurnOf(PoolFacts pool, Now now)
    {
        var rivals = Pools.Where(p => p.Name != pool.Name && MachinesOf(p).Intersect(MachinesOf(pool)).Any()).ToList();
        if (rivals.Count == 0)
        {
            return (2, 0, 0, pool.Name);
        }

        var overdue = UsersOf(pool, now).Where(u => _waitsSince.ContainsKey((pool.Name, u)) && InOrder(pool, now).Exists(w => w.Facts.User == u))
            .Select(u => TurnSince(pool.Name, u)).Where(s => now.Wall - s > pool.LongestTurn).Min();
        var weights = rivals.Where(r => _waiting.Exists(w => w.Facts.Pool == r.Name && IsDue(w, now)) || Open(r.Name).Any()).Append(pool).Sum(Weight);
        var use = _attempts.Where(a => a.Facts.Pool == pool.Name).Select(a => a.Facts.User).Distinct().Aggregate((Int128)0, (sum, u) => sum + UseOf(pool, u, now));
        return overdue is { } since ? (0, since.Ticks, 0, pool.Name)
            : ((Int128)Open(pool.Name).Sum(a => a.Rate) * weights < (Int128)1_000_000 * Weight(pool) ? 1 : 2, 0, use / Weight(pool), pool.Name);
    }

    private static long Weight(PoolFacts pool) => Math.Max(1, (long)(pool.Weight * 1000));

    private DateTimeOffset? TurnSince(string pool, string user)
    {
        var starts = _attempts.Where(a => a.Facts.Pool == pool && a.Facts.User == user).Select(a => a.Begun).ToList();
        return !_waitsSince.TryGetValue((pool, user), out var since) ? null : starts.Count > 0 && starts.Max() > since ? starts.Max() : since;
    }

    private List<string> UsersOf(PoolFacts pool, Now now) =>
    [
        .. _waiting.Where(w => w.Facts.Pool == pool.Name && IsDue(w, now) && MachinesOf(pool).Any(m => m.Supply == default || CouldFit(pool, w, m))).Select(w => w.Facts.User)
            .Concat(Open(pool.Name).Select(a => a.Facts.User)).Distinct(),
    ];

    private Int128 UseOf(PoolFacts pool, string user, Now now)
    {
        var decay = new Decay(pool.HalfLife, start);
        Int128 use = 0;
        foreach (var attempt in _attempts.Where(a => a.Facts.Pool == pool.Name && a.Facts.User == user))
        {
            var until = attempt.Ended ?? attempt.Paid;
            while (attempt.Ended is null && until <= now.Wall)
            {
                until += until - attempt.Begun;
            }

            use += attempt.Rate * decay.Between(attempt.Begun, until);
        }

        return use;
    }

    private static bool IsDue(Waiting job, Now now) => !(job.NotBefore > now.Steady);

    private bool IsWithinLimits(PoolFacts pool, Waiting job) =>
        IsWithin(pool.Most, Open(pool.Name), job) && IsWithin(pool.PerUser, Open(pool.Name, job.Facts.User), job);

    private static bool IsWithin(UseLimit limit, IEnumerable<Attempt> open, Waiting job)
    {
        var used = open.Aggregate(job.Facts.Demand.Total, (sum, a) => sum + a.Facts.Demand.Total);
        return !(open.Count() + 1 > limit.Jobs || used.Cpus > limit.Cpus || used.MemoryBytes > limit.MemoryBytes || used.Gpus > limit.Gpus);
    }

    private IEnumerable<Attempt> Open(string pool, string? user = null) =>
        _attempts.Where(a => a.Ended is null && a.Facts.Pool == pool && (user is null || a.Facts.User == user));

    private List<MachineFacts> MachinesOf(PoolFacts pool) => [.. Machines.Where(m => pool.Shares is null || pool.Shares.ContainsKey(m.Name))];

    private static Resources ShareOf(PoolFacts pool, MachineFacts machine) =>
        pool.Shares is not null && pool.Shares.TryGetValue(machine.Name, out var share) ? share : default;

    private long RateOf(PoolFacts pool, Waiting job)
    {
        var basis = MachinesOf(pool).Aggregate(default(Resources), (sum, m) => sum + ShareOf(pool, m) + CommonOf(m));
        var total = job.Facts.Demand.Total;
        var part = new[] { (total.Cpus, basis.Cpus), (total.MemoryBytes, basis.MemoryBytes), (total.Gpus, (double)basis.Gpus) }
            .Where(p => p.Item2 > 0).Select(p => p.Item1 / p.Item2).DefaultIfEmpty(0).Max();
        return part <= 0 ? 1_000_000 : Math.Clamp((long)Math.Round(part * 1_000_000), 1, 1_000_000);
    }

    private Resources CommonOf(MachineFacts machine)
    {
        var left = Pools.Where(p => MachinesOf(p).Contains(machine)).Aggregate(machine.Supply, (sum, p) => sum - ShareOf(p, machine));
        return new Resources(Math.Max(0, left.Cpus), Math.Max(0, left.MemoryBytes), Math.Max(0, left.Gpus));
    }

    private bool CouldFit(PoolFacts pool, Waiting job, MachineFacts machine) =>
        policy.Fits(job.Facts.Demand.Total, new Inventory(machine.Name, machine.Supply, default, 0, 0)).Fits
        && HasRight(pool, machine, job.Facts.Demand.Total, []);

    private bool Fits(PoolFacts pool, Waiting job, MachineFacts machine, Now now)
    {
        var total = job.Facts.Demand.Total;
        if (Closed.Contains(machine.Name) || !HasRight(pool, machine, total, On(machine)) || !policy.Fits(total, InventoryOf(machine)).Fits)
        {
            return false;
        }

        return !_reserved.TryGetValue(machine.Name, out var reserved) || reserved == job.Facts.Job || !WouldDelay(_waiting.Find(w => w.Facts.Job == reserved)!, job, machine, now.Wall);
    }

    private bool HasRight(PoolFacts pool, MachineFacts machine, Resources more, IEnumerable<Attempt> running)
    {
        if (!Pools.Exists(p => ShareOf(p, machine) != default))
        {
            return true;
        }

        var used = Pools.ToDictionary(p => p.Name, p => running.Where(a => a.Facts.Pool == p.Name).Aggregate(default(Resources), (s, a) => s + a.Facts.Demand.Total));
        var own = ShareOf(pool, machine);
        var mine = used[pool.Name] + more;
        if (mine.Cpus <= own.Cpus && mine.MemoryBytes <= own.MemoryBytes && mine.Gpus <= own.Gpus)
        {
            return true;
        }

        used[pool.Name] = mine;
        double Beyond(Func<Resources, double> kind) => Pools.Sum(p => Math.Max(0, kind(used[p.Name]) - kind(ShareOf(p, machine))));
        var common = CommonOf(machine);
        return Beyond(r => r.Cpus) <= common.Cpus && Beyond(r => r.MemoryBytes) <= common.MemoryBytes && Beyond(r => r.Gpus) <= common.Gpus;
    }

    private bool WouldDelay(Waiting reserved, Waiting job, MachineFacts machine, DateTimeOffset now)
    {
        var promised = EarliestStart(Pools.Find(p => p.Name == reserved.Facts.Pool)!, reserved, machine, now);
        if (job.Facts.RunLimit is { } limit && now + limit <= promised)
        {
            return false;
        }

        var left = On(machine).Where(a => EndOf(a) > promised).ToList();
        var then = Inventory(machine, left);
        return !policy.Fits(reserved.Facts.Demand.Total, then with { Used = then.Used + job.Facts.Demand.Total, Running = then.Running + 1 }).Fits;
    }

    private DateTimeOffset EarliestStart(PoolFacts pool, Waiting job, MachineFacts machine, DateTimeOffset now)
    {
        var left = On(machine).OrderBy(EndOf).ToList();
        while (left.Count > 0)
        {
            // Others' use beyond what they own is taken as it is now: it may go, and nothing is promised on that.
            var rights = On(machine).Where(a => a.Facts.Pool != pool.Name).Concat(left.Where(a => a.Facts.Pool == pool.Name));
            if (policy.Fits(job.Facts.Demand.Total, Inventory(machine, left)).Fits && HasRight(pool, machine, job.Facts.Demand.Total, rights))
            {
                break;
            }

            now = EndOf(left[0]) > now ? EndOf(left[0]) : now;
            left.RemoveAt(0);
        }

        return now;
    }

    private static DateTimeOffset EndOf(Attempt attempt) => attempt.Facts.RunLimit is { } limit ? attempt.Begun + limit : attempt.PaidNow;

    private List<Attempt> On(MachineFacts machine) => [.. _attempts.Where(a => a.Ended is null && a.Machine == machine.Name)];

    private Inventory InventoryOf(MachineFacts machine) => Inventory(machine, On(machine));

    private static Inventory Inventory(MachineFacts machine, List<Attempt> open) => new(
        machine.Name,
        machine.Supply,
        open.Aggregate(default(Resources), (sum, a) => sum + a.Facts.Demand.Total),
        open.Count(a => !a.IsRunning),
        open.Count(a => a.IsRunning));

    private int Index(JobId job) => _attempts.FindIndex(a => a.Facts.Job == job && a.Ended is null);

    private sealed record Waiting(JobFacts Facts, DateTimeOffset Since, TimeSpan? NotBefore);

    private sealed record Attempt(JobFacts Facts, string Machine, DateTimeOffset Begun, long Rate, DateTimeOffset Paid)
    {
        public bool IsRunning { get; init; }

        public DateTimeOffset? Ended { get; init; }

        /// <summary>Until when its use is charged; the planner keeps it up to date.</summary>
        public DateTimeOffset PaidNow { get; init; } = Paid;
    }

    /// <summary>Use is charged for as much again whenever an attempt outlasts what was charged.</summary>
    public void PassTime(DateTimeOffset now)
    {
        for (var i = 0; i < _attempts.Count; i++)
        {
            while (_attempts[i].Ended is null && _attempts[i].PaidNow <= now)
            {
                _attempts[i] = _attempts[i] with { PaidNow = _attempts[i].PaidNow + (_attempts[i].PaidNow - _attempts[i].Begun) };
            }
        }
    }
}
