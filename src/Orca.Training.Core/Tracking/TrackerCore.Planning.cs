using Orca.Training.Jobs;

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

        while (_scheduler.PlanNext(now.Steady) is { } placement)
        {
            At = placement.Job;
            if (_jobs.Find(placement.Job) is not { } tracked || tracked.InFlight is not null)
            {
                _scheduler.Release(placement.Job);
                continue;
            }

            var each = placement.EachRank;
            tracked.Give(
                new JobCommand.BeginAttempt(placement.Job, placement.Attempt, placement.Machine, now.Wall) { Given = new Grant(each.Cpus, each.MemoryBytes, each.Gpus) { GpuKind = tracked.Job.Request.Resources?.GpuKind, Pool = tracked.Job.Pool } },
                effects);
        }

        foreach (var (job, reason) in _scheduler.TakeUnplaceable())
        {
            if (_jobs.Find(job) is { } tracked)
            {
                tracked.Unplaceable = reason;
                tracked.FitsAgain = reason is null;
                Advance(tracked, now, effects);
            }
        }

        if (_scheduler.TakePolicyFailure() is { } failure)
        {
            effects.Add(new TrackerEffect.ReportPolicyFailure(failure));
        }
    }
}
