using Orca.Training.Jobs;
using Orca.Training.Scheduling;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Facts;

namespace Orca.Training.Tests.Scheduling;

/// <summary>
/// A planted bug: facts reach the scheduler distorted, so that it decides as one would that forgot them. What checks the scheduler must find each.
/// </summary>
internal sealed record Flaw(string Name)
{
    public static Flaw None { get; } = new("none");

    /// <summary>The bugs that the naive planner must find.</summary>
    public static IReadOnlyList<Flaw> All { get; } =
    [
        new("a priority is ignored") { Facts = f => f with { Priority = 0 } },
        new("a priority passes other users") { Facts = f => f with { User = f.Priority > 0 ? "" : f.User } },
        new("all users are one") { Facts = f => f with { User = "" } },
        new("a run limit is forgotten") { Facts = f => f with { RunLimit = null } },
        new("use is never forgotten") { Pool = p => p with { HalfLife = TimeSpan.FromDays(300) } },
        new("a turn is never overdue") { Pool = p => p with { LongestTurn = TimeSpan.FromDays(300) } },
        new("a pool's weight is ignored") { Pool = p => p with { Weight = 1 } },
        new("a user's limit is ignored") { Pool = p => p with { PerUser = UseLimit.None } },
        new("a pool's limit is ignored") { Pool = p => p with { Most = UseLimit.None } },
        new("what a pool owns is given to others") { Pool = p => p with { Shares = p.Shares?.ToDictionary(s => s.Key, _ => default(Resources)) } },
        new("use is not settled at the end") { End = (s, job, _) => s.Remove(job) },
        new("room is not given back at the end") { End = (_, _, _) => { } },
        new("one attempt too many has room") { Policy = p => new TooMuch(p) },
        new("what an attempt cost is worked out from its start anew") { Placed = p => p with { Begun = p.Begun - TimeSpan.FromMinutes(5) } },
        new("an attempt never runs") { Placed = p => p with { IsRunning = false } },
        new("a gang counts as one") { Facts = f => f with { Demand = f.Demand with { Ranks = 1 } } },
    ];

    /// <summary>What it makes of a job.</summary>
    public Func<JobFacts, JobFacts> Facts { get; init; } = f => f;

    /// <summary>What it makes of a pool.</summary>
    public Func<PoolFacts, PoolFacts> Pool { get; init; } = p => p;

    /// <summary>What it makes of an attempt on record.</summary>
    public Func<PlacedFacts, PlacedFacts> Placed { get; init; } = p => p;

    /// <summary>What it makes of the policy.</summary>
    public Func<ICapacityPolicy, ICapacityPolicy> Policy { get; init; } = p => p;

    /// <summary>What it does when an attempt ends.</summary>
    public Action<Scheduler, JobId, DateTimeOffset> End { get; init; } = (s, job, at) => s.Remove(job, at);

    private sealed class TooMuch(ICapacityPolicy policy) : ICapacityPolicy
    {
        public CapacityAnswer Fits(Resources resources, Inventory inventory) =>
            policy.Fits(resources, inventory with { Used = inventory.Used - resources, Running = inventory.Running - 1 });
    }
}
