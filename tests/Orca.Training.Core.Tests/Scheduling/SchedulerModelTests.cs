using CsCheck;
using Orca.Training.Clocks;
using Orca.Training.Jobs;
using Orca.Training.Scheduling;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Deciding;
using Orca.Training.Scheduling.Facts;

namespace Orca.Training.Tests.Scheduling;

/// <summary>The incremental scheduler against one that works out each decision from all that it was told.</summary>
public sealed class SchedulerModelTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Users = ["a", "b", "c"];
    private static readonly Resources[] Sizes = [new(1, 0), new(2, 0), new(4, 0), new(1, 0, 1), new(3, 0, 2), new(9, 0)];
    private static readonly ICapacityPolicy[] Policies = [CapacityPolicies.OneAtATime, CapacityPolicies.Jobs(2), CapacityPolicies.ByResources, CapacityPolicies.ByResources];

    private static readonly PoolFacts[][] Pools =
    [
        [],
        [new PoolFacts("") { PerUser = new UseLimit(Jobs: 2), LongestTurn = TimeSpan.FromMinutes(5), HalfLife = TimeSpan.FromHours(2) }],
        [
            new PoolFacts("p") { Shares = Shares(("m0", new(2, 0)), ("m1", default)), Weight = 2, LongestTurn = TimeSpan.FromMinutes(9) },
            new PoolFacts("q") { Shares = Shares(("m1", new(0, 0, 1)), ("m2", default)), Most = new UseLimit(Cpus: 5) },
        ],
        [new PoolFacts("p") { Shares = Shares(("m0", default), ("m1", default)) }, new PoolFacts("q") { Shares = Shares(("m0", default), ("m1", default), ("m2", default)), Weight = 0.5 }],
    ];

    private static readonly Gen<(int Kind, int Job, int Number, int More)> AnyChange = Gen.Select(Gen.Int[0, 11], Gen.Int[1, 12], Gen.Int[0, 11], Gen.Int[0, 5]);

    [Fact]
    public void The_same_facts_give_the_same_decisions_as_from_scratch() =>
        Gen.Select(Gen.Int[0, Policies.Length - 1], Gen.Int[0, Pools.Length - 1], AnyChange.Array[0, 80]).Sample(
            (policy, pools, changes) => new Run(Policies[policy], Pools[pools]).Take(changes), iter: 1000);

    [Theory]
    [MemberData(nameof(Flaws))]
    public void A_planted_bug_is_found(string name)
    {
        var flaw = Flaw.All.Single(f => f.Name == name);
        Assert.Contains(Enumerable.Range(1, 500), seed => Finds(flaw, new Random(seed)));
    }

    public static TheoryData<string> Flaws => [.. Flaw.All.Select(f => f.Name)];

    private static bool Finds(Flaw flaw, Random random)
    {
        try
        {
            var run = new Run(Policies[random.Next(Policies.Length)], Pools[random.Next(Pools.Length)], flaw);
            run.Take([.. Enumerable.Range(0, 120).Select(_ => (random.Next(12), random.Next(8), random.Next(12), random.Next(6)))]);
            return false;
        }
        catch (Xunit.Sdk.TrueException)
        {
            return true;
        }
    }

    private static Dictionary<string, Resources> Shares(params (string Machine, Resources Share)[] shares) => shares.ToDictionary(s => s.Machine, s => s.Share);

    private sealed class Run
    {
        private readonly Flaw _flaw;
        private readonly Scheduler _scheduler;
        private readonly NaivePlanner _naive;
        private readonly List<string> _pools;
        private readonly HashSet<JobId> _launching = [];
        private readonly Dictionary<JobId, (JobFacts Facts, PlacedFacts Placed)> _open = [];
        private readonly Dictionary<JobId, JobFacts> _waiting = [];
        private readonly List<string> _story = [];
        private long _next = 1;
        private TimeSpan _passed;

        public Run(ICapacityPolicy policy, PoolFacts[] pools, Flaw? flaw = null)
        {
            _flaw = flaw ?? Flaw.None;
            MachineFacts[] machines = [new("m0", new(4, 0)), new("m1", new(4, 0, 2)), new("m2", new(2, 0))];
            _scheduler = new Scheduler(_flaw.Policy(policy), machines, [.. pools.Select(_flaw.Pool)], Start);
            _naive = new NaivePlanner(policy, Start) { Pools = pools.Length == 0 ? [new PoolFacts("")] : [.. pools] };
            _naive.Machines.AddRange(machines);
            _pools = [.. _naive.Pools.Select(p => p.Name)];
        }

        private Now Now => new(Start + _passed, _passed);

        public void Take((int Kind, int Job, int Number, int More)[] changes)
        {
            foreach (var change in changes)
            {
                Take(change);
                Decide();
            }
        }

        private void Take((int Kind, int Job, int Number, int More) change)
        {
            var open = _open.Keys.Order().ElementAtOrDefault(change.Job);
            switch (change.Kind)
            {
                case <= 3:
                    Submit(change.Number, change.More);
                    break;
                case 4 or 5:
                    Pass(TimeSpan.FromSeconds(20 + (change.Number * 37)));
                    break;
                case 6 or 7 when open != default:
                    Pass(TimeSpan.FromSeconds(change.Number));
                    _story.Add($"{open} ends");
                    _flaw.End(_scheduler, open, Now.Wall);
                    _naive.End(open, Now.Wall);
                    _open.Remove(open);
                    break;
                case 8 when open != default && _launching.Remove(open):
                    var (facts, placed) = _open[open];
                    _story.Add($"{open} runs");
                    _scheduler.Place(_flaw.Facts(facts), _flaw.Placed(placed with { IsRunning = true }));
                    _naive.Run(open);
                    break;
                case 9 when open != default && _launching.Remove(open):
                    _story.Add($"{open} is not started after all");
                    // A start that did not come about; the job waits again.
                    _scheduler.Await(_flaw.Facts(_open[open].Facts), Now.Wall);
                    _naive.Unstart(open);
                    _naive.Await(_open[open].Facts, Now.Wall, null);
                    _waiting[open] = _open[open].Facts;
                    _open.Remove(open);
                    break;
                case 10 when _waiting.Keys.Order().ElementAtOrDefault(change.Job) is var waiting && waiting != default:
                    _story.Add($"{waiting} is cancelled");
                    _scheduler.Remove(waiting);
                    _naive.Forget(waiting);
                    _waiting.Remove(waiting);
                    break;
                case 11:
                    ChangeMachine($"m{change.Number % 3}", change.More);
                    break;
                default:
                    break;
            }
        }

        private void Submit(int number, int more)
        {
            var facts = new JobFacts(new JobId(_next++), _pools[number % _pools.Count], Users[more % Users.Length])
            {
                Priority = number % 4 == 0 ? number : 0,
                Demand = new Demand(Sizes[(number + more) % Sizes.Length], Ranks: number == 5 ? 2 : 1),
                Algorithm = number < 6 ? "x" : "y",
                RunLimit = more == 0 ? TimeSpan.FromMinutes(number) : null,
            };
            _story.Add($"{facts} waits");
            TimeSpan? notBefore = number == 7 ? _passed + TimeSpan.FromSeconds(50) : null;
            _scheduler.Await(_flaw.Facts(facts), Now.Wall, notBefore);
            _naive.Await(facts, Now.Wall, notBefore);
            _waiting[facts.Job] = facts;
        }

        private void Pass(TimeSpan time)
        {
            _passed += time;
            _story.Add($"it is {_passed}");
            _naive.PassTime(Now.Wall);
        }

        private void ChangeMachine(string machine, int how)
        {
            _story.Add($"{machine} changes: {how}");
            var index = _naive.Machines.FindIndex(m => m.Name == machine);
            switch (how)
            {
                case 0 or 1:
                    _naive.Machines[index] = new MachineFacts(machine, new Resources(4 + how, 0, how));
                    _scheduler.Offer(_naive.Machines[index]);
                    break;
                case 2 or 3:
                    _ = how == 2 ? _naive.Away.Add(machine) : _naive.Away.Remove(machine);
                    _scheduler.Reach(machine, how == 3);
                    break;
                default:
                    if (how == 4 ? _naive.Closed.Add(machine) : _naive.Closed.Remove(machine))
                    {
                        _naive.ForgetReservations(machine);
                    }

                    _scheduler.Open(machine, how == 5);
                    break;
            }
        }

        private void Decide()
        {
            _naive.Observe(Now);
            var decided = new List<string>();
            while (_scheduler.Next(Now) is { } decision)
            {
                Assert.Equal(decision, _scheduler.Next(Now));
                _scheduler.Take(decision, Now);
                switch (decision)
                {
                    case Decision.Start start:
                        decided.Add($"start {start.Job} on {start.Machine}");
                        _open[start.Job] = (_waiting[start.Job], new PlacedFacts(start.Machine, Now.Wall) { CostRate = start.CostRate });
                        _waiting.Remove(start.Job);
                        _launching.Add(start.Job);
                        break;
                    case Decision.Reserve reserve:
                        decided.Add($"reserve {reserve.Machine} for {reserve.Job}");
                        break;
                }
            }

            var expected = _naive.Plan(Now);
            _story.AddRange(decided.Select(d => $"  → {d}"));
            Assert.True(expected.SequenceEqual(decided), $"{string.Join('\n', _story)}\nexpected: {string.Join(", ", expected)}");
        }
    }
}
