using Orca.Training.Clocks;
using Orca.Training.Jobs;
using Orca.Training.Scheduling;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Deciding;
using Orca.Training.Scheduling.Facts;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Tests.Scheduling;

/// <summary>A start that was decided.</summary>
internal readonly record struct Placement(JobId Job, string Machine);

/// <summary>A scheduler that hears of jobs as they are on record, in minutes of the samples' time, and whose decisions are taken at once.</summary>
internal sealed class WholePlan
{
    private readonly JobFold _fold;
    private readonly bool _isQuick;

    public WholePlan(
        ICapacityPolicy policy, IReadOnlyList<MachineFacts>? machines = null, IReadOnlyList<PoolFacts>? pools = null, Func<TrainingRequest, Resources>? needs = null)
    {
        _isQuick = policy is IRoomCheck;
        Scheduler = new Scheduler(policy, machines ?? [new MachineFacts("m1", default)], pools ?? [], JobSamples.At(0));
        _fold = new JobFold(Scheduler, r => new Demand(needs?.Invoke(r) ?? default, r.Workers));
    }

    public Scheduler Scheduler { get; }

    public IReadOnlyList<Inventory> Inventories => Scheduler.Inventories;

    /// <summary>All that was decided besides starts, in order.</summary>
    public List<Decision> Others { get; } = [];

    /// <summary>What the policy threw since this was last asked.</summary>
    public IReadOnlyList<Exception> TakePolicyFailures() => Taken<Decision.PolicyThrew>().Select(d => d.Error).ToList();

    /// <summary>What was told about jobs that fit nowhere since this was last asked.</summary>
    public IReadOnlyList<(JobId Job, string? Reason)> TakeTold() => Taken<Decision.Tell>().Select(d => (d.Job, d.Reason)).ToList();

    /// <summary>The next moment at which a decision can differ without any new fact.</summary>
    public DateTimeOffset? NextLookAt() => JobSamples.At(0) + Scheduler.NextLook;

    /// <summary>Takes in a job whose time comes as its record says: nobody sets the clock.</summary>
    public void Hear(Job job) => _fold.Apply(job, putOffUntil: job.NotBefore - JobSamples.At(0));

    /// <summary>All that starts now, in order.</summary>
    public IReadOnlyList<Placement> Plan(DateTimeOffset at)
    {
        var now = new Now(at, at - JobSamples.At(0));
        var placements = new List<Placement>();
        while (Scheduler.Next(now) is { } decision)
        {
            if (_isQuick)
            {
                // Asking changes nothing.
                Assert.Equal(decision, Scheduler.Next(now));
            }

            Scheduler.Take(decision, now);
            if (decision is Decision.Start start)
            {
                placements.Add(new Placement(start.Job, start.Machine));
            }
            else
            {
                Others.Add(decision);
            }
        }

        return placements;
    }

    private List<T> Taken<T>()
    {
        var taken = Others.OfType<T>().ToList();
        Others.RemoveAll(d => d is T);
        return taken;
    }
}
