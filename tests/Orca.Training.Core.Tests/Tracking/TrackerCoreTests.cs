using Orca.Training.Jobs;
using Orca.Training.Scheduling;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing.Conformance.Jobs;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Tracking;

/// <summary>The tracker's step by itself: what no whole host can be brought to do on demand.</summary>
public sealed class TrackerCoreTests
{
    [Fact]
    public void A_host_that_drains_does_not_wait_for_a_time_that_has_passed()
    {
        var core = new TrackerCore(
            new TrackerSettings { Installation = new InstallationId("i") },
            new Scheduler([new MachineOffer("m1", default)], CapacityPolicies.OneAtATime, _ => default),
            ["m1"],
            _ => 0);
        var effects = new List<TrackerEffect>();
        core.Step(new TrackerEvent.Loaded([JobSamples.PutOff()]), JobSamples.At(8), effects);
        core.Step(new TrackerEvent.Drain(), JobSamples.At(8), effects);
        var cancel = Assert.Single(effects.OfType<TrackerEffect.Commit>()).Command;

        // The store does not answer until the job's time has come.
        core.Step(new TrackerEvent.Tick(), JobSamples.At(9), effects);
        core.Step(new TrackerEvent.CommitFailed(cancel), JobSamples.At(9), effects);

        Assert.Equal(JobSamples.At(9).AddSeconds(0.5), core.NextTick);
    }
}
