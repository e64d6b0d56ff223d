using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Scheduling;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Facts;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Tracking;

/// <summary>The step alone: it neither spins nor forgets.</summary>
public sealed class StepBoundsTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly InstallationId Here = new("here");

    [Fact]
    public void A_job_that_was_put_off_and_then_cancelled_by_a_drain_leaves_no_moment_in_the_past()
    {
        var (core, effects) = NewCore();
        var putOff = NewJob(1) with { NotBefore = Start.AddSeconds(5) };
        core.Step(new TrackerEvent.Loaded([putOff, Running(2)]), Start, effects);
        core.Step(new TrackerEvent.Drain(), Start, effects);

        var later = Start.AddSeconds(6);
        core.Step(new TrackerEvent.Tick(), later, effects);

        Assert.True(core.NextTickAt() > later, $"the next tick is due at {core.NextTickAt():O}, and it is {later:O}: the host would spin");
    }

    [Fact]
    public void A_job_that_is_looked_at_again_and_again_during_a_pause_waits_for_one_moment()
    {
        var (core, effects) = NewCore();
        core.Step(new TrackerEvent.Loaded([Running(1)]), Start, effects);
        var attempt = new AttemptName(Here, new AttemptId(new JobId(1), 1));
        core.Step(new TrackerEvent.OutputBroken(attempt, OutputSummary.After(TrainingProgress.None)), Start, effects);

        for (var i = 0; i < 100; i++)
        {
            core.Step(new TrackerEvent.Observed("m", Seen(attempt) with { State = ContainerState.Running, ExitCode = null }), Start, effects);
        }

        Assert.Equal(1, core.PendingWakes);
        Assert.Equal(Start.AddSeconds(0.5), core.NextTickAt());
    }

    [Fact]
    public void A_job_that_ends_takes_its_moment_along()
    {
        var (core, effects) = NewCore();
        core.Step(new TrackerEvent.Loaded([.. Enumerable.Range(1, 100).Select(Limited)]), Start, effects);
        Assert.InRange(core.PendingWakes, 99, 100);

        core.Step(
            new TrackerEvent.Changed([.. Enumerable.Range(1, 100).Select(i => Limited(i) with { Revision = 2, State = JobState.Cancelled, FinishedAt = Start })]), Start, effects);

        Assert.Equal(0, core.PendingWakes);

        static Job Limited(int id) =>
            NewJob(id) with { Request = NewJob(id).Request with { Timeouts = new TrainingTimeouts { Queued = TimeSpan.FromDays(1) } } };
    }

    [Fact]
    public void A_leftover_that_could_not_be_removed_is_removed_after_a_later_listing()
    {
        var (core, effects) = NewCore(new TrackerSettings { Installation = Here, RemoveLeftovers = true });
        var leftover = new AttemptName(new InstallationId("there"), new AttemptId(new JobId(1), 1));
        core.Step(new TrackerEvent.Loaded([]), Start, effects);
        var removals = 0;
        var now = Start;
        for (var i = 0; i < 200; i++)
        {
            TrackerEffect[] asked = [.. effects];
            effects.Clear();
            foreach (var effect in asked)
            {
                removals += effect is TrackerEffect.Remove ? 1 : 0;
                core.Step(effect switch
                {
                    TrackerEffect.Remove e => new TrackerEvent.RemoveReturned(e.Attempt, removals <= 5 ? "The engine is busy." : null),
                    TrackerEffect.List e => new TrackerEvent.Listed(e.Machine, e.Number, removals <= 5 ? [Seen(leftover)] : []),
                    _ => new TrackerEvent.Tick(),
                }, now, effects);
            }

            now = core.NextTickAt();
            core.Step(new TrackerEvent.Tick(), now, effects);
        }

        Assert.Equal(6, removals);
    }

    private static ContainerObservation Seen(AttemptName attempt) =>
        new() { Attempt = attempt, Rank = 0, Incarnation = "c", State = ContainerState.Ended, ExitCode = 0 };

    private static (TrackerCore Core, List<TrackerEffect> Effects) NewCore(TrackerSettings? settings = null)
    {
        var scheduler = new Scheduler(CapacityPolicies.OneAtATime, [new MachineFacts("m", default)], [], DateTimeOffset.UnixEpoch);
        return (new TrackerCore(settings ?? new TrackerSettings { Installation = Here }, scheduler, ["m"], _ => default), []);
    }

    private static Job NewJob(long id) => new()
    {
        Id = new JobId(id),
        Request = new TrainingRequest { Algorithm = "a", DatasetId = "d" },
        SubmittedAt = Start,
    };

    private static Job Running(long id) => NewJob(id) with
    {
        Revision = 3,
        State = JobState.Running,
        LastAttempt = 1,
        Attempts = [new Attempt { Number = 1, Machine = "m", CreatedAt = Start, StartedAt = Start, Incarnations = ["c"] }],
    };
}
