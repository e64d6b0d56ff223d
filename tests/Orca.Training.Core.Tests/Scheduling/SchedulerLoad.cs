using Orca.Training.Clocks;
using Orca.Training.Jobs;
using Orca.Training.Scheduling;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Deciding;
using Orca.Training.Scheduling.Facts;

namespace Orca.Training.Tests.Scheduling;

/// <summary>Runs jobs on a scheduler in virtual time, and keeps its own record of who waits and what runs where.</summary>
internal sealed class SchedulerLoad
{
    public static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly IReadOnlyList<MachineFacts> _machines;
    private readonly Flaw _flaw;
    private readonly PriorityQueue<JobId, (TimeSpan End, JobId Job)> _ends = new();
    private readonly Dictionary<JobId, TimeSpan> _lengths = [];
    private long _next = 1;

    public SchedulerLoad(ICapacityPolicy policy, IReadOnlyList<MachineFacts> machines, IReadOnlyList<PoolFacts>? pools = null, Flaw? flaw = null)
    {
        (_machines, _flaw) = (machines, flaw ?? Flaw.None);
        Pools = pools ?? [new PoolFacts("")];
        Scheduler = new Scheduler(_flaw.Policy(policy), machines, [.. Pools.Select(_flaw.Pool)], Begin);
    }

    public Scheduler Scheduler { get; }

    public IReadOnlyList<PoolFacts> Pools { get; }

    public TimeSpan Passed { get; private set; }

    /// <summary>Who waits, and since when.</summary>
    public Dictionary<JobId, (JobFacts Facts, TimeSpan Since)> Waiting { get; } = [];

    /// <summary>What runs.</summary>
    public Dictionary<JobId, Attempt> Running { get; } = [];

    /// <summary>All that started, in order.</summary>
    public List<Attempt> Started { get; } = [];

    /// <summary>The decisions, in words.</summary>
    public List<string> Decisions { get; } = [];

    public Dictionary<string, JobId> Reserved { get; } = [];

    public int Failures { get; private set; }

    public Now Now => new(Begin + Passed, Passed);

    /// <summary>A job waits; decisions come when <see cref="Decide"/> is called.</summary>
    public JobId Submit(string user, TimeSpan length, string pool = "", Resources each = default, int ranks = 1, int priority = 0, TimeSpan? limit = null)
    {
        var facts = new JobFacts(new JobId(_next++), pool, user) { Demand = new Demand(each, ranks), Algorithm = "a", Priority = priority, RunLimit = limit };
        _lengths[facts.Job] = length;
        Tell(facts);
        return facts.Job;
    }

    /// <summary>Jobs become known in this order; it must not matter.</summary>
    public void Tell(JobFacts facts)
    {
        Waiting[facts.Job] = (facts, Passed);
        Scheduler.Await(_flaw.Facts(facts), Now.Wall);
    }

    /// <summary>Time passes; what ends until then ends at its time, and each end is followed by decisions.</summary>
    public void PassUntil(TimeSpan time, Action? atRest = null)
    {
        while (_ends.TryPeek(out _, out var first) && first.End <= time)
        {
            Passed = first.End;
            EndFirst();
            Decide();
            atRest?.Invoke();
        }

        Passed = time;
        Decide();
        atRest?.Invoke();
    }

    /// <summary>Runs until nothing is left that runs.</summary>
    public void Finish(Action? atRest = null)
    {
        Decide();
        while (_ends.TryPeek(out _, out var first))
        {
            PassUntil(first.End, atRest);
        }
    }

    public void Decide()
    {
        while (Scheduler.Next(Now) is { } decision)
        {
            Scheduler.Take(decision, Now);
            switch (decision)
            {
                case Decision.Start start:
                    Start(start);
                    break;
                case Decision.Reserve reserve:
                    Reserved[reserve.Machine] = reserve.Job;
                    Decisions.Add($"{Passed} reserve {reserve.Machine} for {reserve.Job}");
                    break;
                case Decision.PolicyThrew:
                    Failures++;
                    break;
            }
        }
    }

    /// <summary>What is in use of a machine, by this record.</summary>
    public Inventory InventoryOf(MachineFacts machine) => new(
        machine.Name, machine.Supply, UseOf(machine), 0, Running.Values.Count(a => a.Machine == machine.Name));

    public Resources UseOf(MachineFacts machine, string? pool = null) =>
        Running.Values.Where(a => a.Machine == machine.Name && (pool is null || a.Facts.Pool == pool)).Aggregate(default(Resources), (s, a) => s + a.Facts.Demand.Total);

    public IEnumerable<MachineFacts> MachinesOf(PoolFacts pool) => _machines.Where(m => pool.Shares is null || pool.Shares.ContainsKey(m.Name));

    private void Start(Decision.Start start)
    {
        var (facts, since) = Waiting[start.Job];
        Waiting.Remove(start.Job);
        var attempt = new Attempt(facts, start.Machine, since, Passed);
        Started.Add(attempt);
        Running.Add(start.Job, attempt);
        Decisions.Add($"{Passed} start {start.Job} on {start.Machine}");
        foreach (var machine in Reserved.Where(r => r.Value == start.Job).Select(r => r.Key).ToList())
        {
            Reserved.Remove(machine);
        }

        Scheduler.Place(_flaw.Facts(facts), _flaw.Placed(new PlacedFacts(start.Machine, Now.Wall) { IsRunning = true, CostRate = start.CostRate }));
        _ends.Enqueue(start.Job, (Passed + _lengths[start.Job], start.Job));
    }

    private void EndFirst()
    {
        var job = _ends.Dequeue();
        Running.Remove(job);
        _flaw.End(Scheduler, job, Now.Wall);
    }

    /// <summary>A job that was started.</summary>
    public sealed record Attempt(JobFacts Facts, string Machine, TimeSpan Since, TimeSpan Began);
}
