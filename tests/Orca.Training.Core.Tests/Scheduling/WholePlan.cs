using Orca.Training.Jobs;
using Orca.Training.Scheduling;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Tests.Scheduling;

internal static class WholePlan
{
    /// <summary>All that the scheduler would start now, in order.</summary>
    public static IReadOnlyList<Placement> Plan(this Scheduler scheduler, DateTimeOffset now)
    {
        var placements = new List<Placement>();
        while (scheduler.PlanNext(now - JobSamples.At(0)) is { } placement)
        {
            placements.Add(placement with { EachRank = default });
        }

        return placements;
    }

    /// <summary>Takes in a job whose time comes as its record says: nobody sets the clock.</summary>
    public static void Hear(this Scheduler scheduler, Job job) => scheduler.Apply(job, putOffUntil: job.NotBefore - JobSamples.At(0));

    /// <summary>The next moment at which a plan can differ without any change.</summary>
    public static DateTimeOffset? NextLookAt(this Scheduler scheduler) => JobSamples.At(0) + scheduler.NextLook;
}
