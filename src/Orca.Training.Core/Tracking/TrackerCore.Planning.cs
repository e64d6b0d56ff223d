using Orca.Training.Clocks;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Deciding;
using Orca.Training.Scheduling.Facts;

namespace Orca.Training.Tracking;

/// <summary>What the scheduler would start now, and what it found out on the way.</summary>
internal sealed partial class TrackerCore
{
    private void Plan(Now now, List<TrackerEffect> effects)
    {
        if (_isDraining || !_hasRoom)
        {
            return;
        }

        while (_scheduler.Next(now) is { } decision)
        {
            _scheduler.Take(decision, now);
            switch (decision)
            {
                case Decision.Start start:
                    Start(start, now, effects);
                    break;
                case Decision.Tell tell when _jobs.Find(tell.Job) is { } tracked:
                    tracked.Unplaceable = tell.Reason;
                    tracked.FitsAgain = tell.Reason is null;
                    Advance(tracked, now, effects);
                    break;
                case Decision.PolicyThrew threw:
                    effects.Add(new TrackerEffect.ReportPolicyFailure(threw.Error));
                    break;
                default:
                    break;
            }
        }

        At = null;
    }

    private void Start(Decision.Start start, Now now, List<TrackerEffect> effects)
    {
        At = start.Job;
        if (_jobs.Find(start.Job) is not { } tracked || tracked.InFlight is not null)
        {
            // It is planned again with the store's answer, if it still waits then.
            _scheduler.Remove(start.Job);
            return;
        }

        var each = start.Given.EachRank;
        tracked.Give(
            new JobCommand.BeginAttempt(start.Job, tracked.Job.LastAttempt + 1, start.Machine, now.Wall)
            {
                Given = new Grant(each.Cpus, each.MemoryBytes, each.Gpus)
                {
                    GpuKind = start.Given.GpuKind,
                    Pool = start.Pool.Length == 0 ? null : start.Pool,
                    CostRate = start.CostRate,
                },
            },
            effects);
    }

    /// <summary>Settings have changed: what waits may need something else now, and another pool may have room for it.</summary>
    private void Configure(IReadOnlyList<PoolFacts> pools)
    {
        _scheduler.Configure(pools);
        foreach (var tracked in _jobs.All.Where(t => t.Job.State is JobState.Queued))
        {
            At = tracked.Job.Id;
            Schedule(tracked);
        }
    }
}
