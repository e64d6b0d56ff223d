using Orca.Training.Clocks;
using Orca.Training.Testing.Conformance.Jobs;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Tracking;

/// <summary>Steps at times of a wall clock that nobody sets, which are easier to read.</summary>
internal static class WallSteps
{
    public static void Step(this TrackerCore core, TrackerEvent happened, DateTimeOffset now, List<TrackerEffect> effects) =>
        core.Step(happened, new Now(now, now - JobSamples.At(0)), effects);

    /// <summary>When the next tick is due.</summary>
    public static DateTimeOffset NextTickAt(this TrackerCore core) => JobSamples.At(0) + core.NextTick;
}
