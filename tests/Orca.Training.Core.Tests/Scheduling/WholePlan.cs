using Orca.Training.Scheduling;

namespace Orca.Training.Tests.Scheduling;

internal static class WholePlan
{
    /// <summary>All that the scheduler would start now, in order.</summary>
    public static IReadOnlyList<Placement> Plan(this Scheduler scheduler, DateTimeOffset now)
    {
        var placements = new List<Placement>();
        while (scheduler.PlanNext(now) is { } placement)
        {
            placements.Add(placement);
        }

        return placements;
    }
}
