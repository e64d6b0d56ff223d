using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Facts;

namespace Orca.Training.Tests.Scheduling;

/// <summary>What users may rely on, whatever others do.</summary>
public sealed class SchedulerGuaranteesTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static readonly MachineFacts[] Machines = [new("m0", new(8, 0, 2)), new("m1", new(4, 0)), new("m2", new(4, 0, 4))];

    private static readonly PoolFacts[] Pools =
    [
        new("p") { Shares = Shares(("m0", new(4, 0, 1)), ("m1", default)), Weight = 2 },
        new("q") { Shares = Shares(("m0", new(2, 0)), ("m2", new(2, 0, 2))), PerUser = new UseLimit(Jobs: 3) },
        new("r") { Shares = Shares(("m0", default), ("m1", default), ("m2", default)), Most = new UseLimit(Cpus: 6) },
    ];

    [Fact]
    public void Whoever_has_used_much_gets_a_start_within_the_longest_turn_and_a_run_although_newcomers_keep_coming()
    {
        var load = new SchedulerLoad(CapacityPolicies.OneAtATime, [new MachineFacts("m", default)], [new PoolFacts("") { LongestTurn = 20 * Minute }]);
        for (var i = 0; i < 200; i++)
        {
            load.Submit("heavy", 3 * Minute);
        }

        // The newcomers alone take nine tenths of the machine, and none of them has used anything.
        load.PassUntil(100 * Minute);
        for (var second = 6000; second < 24_000; second += 200)
        {
            load.Submit($"newcomer at {second}", 3 * Minute);
            load.PassUntil(TimeSpan.FromSeconds(second));
        }

        var starts = load.Started.Where(a => a.Facts.User == "heavy").Select(a => a.Began).Where(b => b >= 100 * Minute).ToList();
        Assert.All(starts.Zip(starts.Skip(1)), pair => Assert.True(pair.Second - pair.First <= 23 * Minute, $"{pair}"));
        Assert.True(starts.Count >= 10);
    }

    [Fact]
    public void A_job_that_needs_a_whole_machine_starts_within_the_longest_turn_and_a_run_although_small_ones_keep_coming()
    {
        var load = new SchedulerLoad(CapacityPolicies.ByResources, [new MachineFacts("m", new(4, 0))], [new PoolFacts("") { LongestTurn = 20 * Minute }]);
        JobId? whole = null;
        for (var second = 0; second < 4 * 3600; second += 30)
        {
            load.Submit($"{second % 7}", 5 * Minute, each: new(1, 0));
            whole ??= second > 3600 ? load.Submit("whole", Minute, each: new(4, 0)) : null;
            load.PassUntil(TimeSpan.FromSeconds(second));
        }

        var start = Assert.Single(load.Started, a => a.Facts.Job == whole);
        Assert.InRange(start.Began - start.Since, TimeSpan.Zero, 25 * Minute);
    }

    [Fact]
    public void With_jobs_of_one_length_nobody_without_a_running_one_waits_longer_than_the_users_divided_by_the_slots()
    {
        for (var users = 1; users <= 8; users++)
        {
            for (var slots = 1; slots <= 4; slots++)
            {
                var load = new SchedulerLoad(CapacityPolicies.Jobs(slots), [new MachineFacts("m", default)]);
                for (var job = 0; job < 12; job++)
                {
                    for (var user = job; user < users; user++)
                    {
                        // The first has one job, the last has eight.
                        load.Submit($"user {user}", Minute);
                    }
                }

                for (var i = 0; i < 50; i++)
                {
                    load.Submit("user 0", Minute);
                }

                load.Finish();
                foreach (var own in load.Started.GroupBy(a => a.Facts.User))
                {
                    var freeSince = TimeSpan.Zero;
                    foreach (var start in own.OrderBy(a => a.Began))
                    {
                        var most = (users + slots - 1) / slots;
                        Assert.True(start.Began - freeSince <= most * Minute, $"{users} users, {slots} slots: {own.Key} waited from {freeSince} to {start.Began}");
                        freeSince = start.Began + Minute > freeSince ? start.Began + Minute : freeSince;
                    }
                }
            }
        }
    }

    [Fact]
    public void No_machine_gives_more_than_it_has_and_no_pool_gets_what_another_owns() => Sample((load, random) => Play(load, random, () => CheckUse(load)));

    [Fact]
    public void At_rest_nothing_waits_that_has_room_on_a_machine_that_is_not_reserved() => Sample((load, random) => Play(load, random, () => CheckNothingIsIdle(load)));

    [Fact]
    public void The_same_facts_and_times_give_the_same_decisions_in_whatever_order_they_are_told_and_whatever_is_asked_between()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var (one, other) = (New(), New());
            Play(one, new Random(seed), () => { });
            var random = new Random(seed);
            Play(other, random, () => AskAll(other), shuffled: new Random(-seed));
            Assert.Equal(one.Decisions, other.Decisions);
        }
    }

    [Fact]
    public void A_policy_that_throws_now_and_then_loses_no_room_and_no_job()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var policy = new Unreliable(CapacityPolicies.ByResources, new Random(seed));
            var load = new SchedulerLoad(policy, Machines, Pools);
            Play(load, new Random(seed), () =>
            {
                CheckUse(load);
                load.Scheduler.LookAgain();
            });
            Assert.True(load.Failures > 0);

            policy.IsReliable = true;
            load.Scheduler.LookAgain();
            load.Finish();
            Assert.All(load.Waiting.Keys, job => Assert.Equal(WaitCode.Misfit, load.Scheduler.Explain(job, load.Now)[0].Code));
            Assert.All(load.Scheduler.Inventories, i => Assert.Equal((default, 0), (i.Used, i.Open)));
        }
    }

    private static void Sample(Action<SchedulerLoad, Random> play)
    {
        for (var seed = 0; seed < 40; seed++)
        {
            play(New(), new Random(seed));
        }
    }

    private static SchedulerLoad New() => new(CapacityPolicies.ByResources, Machines, Pools);

    /// <summary>Users submit jobs of all sizes for some hours, more than fit; then all are run to their end.</summary>
    private static void Play(SchedulerLoad load, Random random, Action atRest, Random? shuffled = null)
    {
        for (var round = 0; round < 60; round++)
        {
            for (var i = random.Next(4); i > 0; i--)
            {
                var pool = Pools[random.Next(Pools.Length)].Name;
                var length = TimeSpan.FromSeconds(random.Next(30, 1200));
                Resources each = random.Next(8) == 0 ? new(4, 0) : new(1 + random.Next(2), 0, pool != "p" && random.Next(3) == 0 ? 1 : 0);
                load.Submit($"user {random.Next(4)}", length, pool, each, random.Next(10) == 0 ? 2 : 1, random.Next(3), random.Next(2) == 0 ? length : null);
            }

            if (shuffled is not null)
            {
                foreach (var (job, (facts, since)) in load.Waiting.Where(w => w.Value.Since == load.Passed).OrderBy(_ => shuffled.Next()).ToList())
                {
                    load.Scheduler.Remove(job);
                }

                foreach (var (_, (facts, _)) in load.Waiting.Where(w => w.Value.Since == load.Passed).OrderBy(_ => shuffled.Next()).ToList())
                {
                    load.Tell(facts);
                }
            }

            load.PassUntil(load.Passed + TimeSpan.FromSeconds(random.Next(300)), atRest);
        }

        load.Finish(atRest);
    }

    private static void AskAll(SchedulerLoad load)
    {
        foreach (var (job, (facts, _)) in load.Waiting)
        {
            load.Scheduler.PositionOf(facts, load.Now.Wall);
            load.Scheduler.Explain(job, load.Now);
        }
    }

    private static void CheckUse(SchedulerLoad load)
    {
        foreach (var machine in Machines)
        {
            var common = machine.Supply;
            var beyond = default(Resources);
            foreach (var pool in Pools)
            {
                var owned = pool.Shares!.GetValueOrDefault(machine.Name);
                common -= owned;
                beyond += Beyond(load.UseOf(machine, pool.Name), owned);
            }

            Assert.Equal(default, Beyond(load.UseOf(machine), machine.Supply));
            Assert.Equal(default, Beyond(beyond, common));
        }
    }

    private static void CheckNothingIsIdle(SchedulerLoad load)
    {
        foreach (var (facts, _) in load.Waiting.Values)
        {
            var pool = load.Pools.Single(p => p.Name == facts.Pool);
            var total = facts.Demand.Total;
            var own = load.Running.Values.Where(a => a.Facts.Pool == pool.Name).ToList();
            if (own.Aggregate(total, (s, a) => s + a.Facts.Demand.Total).Cpus > pool.Most.Cpus || own.Count(a => a.Facts.User == facts.User) + 1 > pool.PerUser.Jobs)
            {
                continue;
            }

            var idle = load.MachinesOf(pool).FirstOrDefault(m => !load.Reserved.ContainsKey(m.Name)
                && CapacityPolicies.ByResources.Fits(total, load.InventoryOf(m)).Fits && HasRight(load, m, pool, total));
            Assert.True(idle.Name is null, $"{facts} could start on {idle.Name} at {load.Passed}");
        }
    }

    private static bool HasRight(SchedulerLoad load, MachineFacts machine, PoolFacts pool, Resources more)
    {
        var (common, beyond) = (machine.Supply, default(Resources));
        foreach (var other in Pools)
        {
            var owned = other.Shares!.GetValueOrDefault(machine.Name);
            var used = load.UseOf(machine, other.Name) + (other == pool ? more : default);
            (common, beyond) = (common - owned, beyond + Beyond(used, owned));
            if (other == pool && Beyond(used, owned) == default)
            {
                return true;
            }
        }

        return Beyond(beyond, common) == default;
    }

    private static Resources Beyond(Resources used, Resources owned) =>
        new(Math.Max(0, used.Cpus - owned.Cpus), Math.Max(0, used.MemoryBytes - owned.MemoryBytes), Math.Max(0, used.Gpus - owned.Gpus));

    private static Dictionary<string, Resources> Shares(params (string Machine, Resources Share)[] shares) => shares.ToDictionary(s => s.Machine, s => s.Share);

    private sealed class Unreliable(ICapacityPolicy policy, Random random) : ICapacityPolicy
    {
        public bool IsReliable { get; set; }

        public CapacityAnswer Fits(Resources resources, Inventory inventory) =>
            IsReliable || random.Next(20) > 0 ? policy.Fits(resources, inventory) : throw new InvalidOperationException("a bug of the host");
    }
}
