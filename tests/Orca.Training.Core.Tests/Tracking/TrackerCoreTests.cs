using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Machines;
using Orca.Training.Scheduling;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Facts;
using Orca.Training.Testing.Conformance.Jobs;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Tracking;

/// <summary>The tracker's step by itself: what no whole host can be brought to do on demand.</summary>
public sealed class TrackerCoreTests
{
    [Fact]
    public void A_job_that_was_cancelled_before_the_feed_told_of_it_is_ended()
    {
        var core = NewCore();
        var effects = new List<TrackerEffect>();
        core.Step(new TrackerEvent.Loaded([]), JobSamples.At(0), effects);

        core.Step(new TrackerEvent.Changed([JobSamples.Waiting().Wished() with { Revision = 2 }]), JobSamples.At(1), effects);

        Assert.Equal(JobState.Cancelled, Assert.IsType<JobCommand.FinishQueued>(Assert.Single(effects.OfType<TrackerEffect.Commit>()).Command).Final);
    }

    [Fact]
    public void What_comes_late_of_a_job_that_had_an_attempt_is_passed_over()
    {
        var core = NewCore();
        var effects = new List<TrackerEffect>();
        core.Step(new TrackerEvent.Loaded([]), JobSamples.At(0), effects);

        core.Step(new TrackerEvent.Changed([JobSamples.Working()]), JobSamples.At(1), effects);

        Assert.True(core.IsIdle);
    }

    [Fact]
    public void A_host_that_drains_does_not_wait_for_a_time_that_has_passed()
    {
        var core = NewCore();
        var effects = new List<TrackerEffect>();
        core.Step(new TrackerEvent.Loaded([JobSamples.PutOff()]), JobSamples.At(8), effects);
        core.Step(new TrackerEvent.Drain(), JobSamples.At(8), effects);
        var cancel = Assert.Single(effects.OfType<TrackerEffect.Commit>()).Command;

        // The store does not answer until the job's time has come.
        core.Step(new TrackerEvent.Tick(), JobSamples.At(9), effects);
        core.Step(new TrackerEvent.CommitFailed(cancel), JobSamples.At(9), effects);

        Assert.Equal(JobSamples.At(9).AddSeconds(0.5), core.NextTickAt());
    }

    [Fact]
    public void Who_decides_anew_knows_what_was_announced_before()
    {
        var core = NewCore();
        var effects = new List<TrackerEffect>();
        var working = JobSamples.Working();
        var name = new AttemptName(new InstallationId("i"), new AttemptId(working.Id, working.LastAttempt));
        AnnouncedArtifact[] announced = [new("weights.bin")];
        var said = new TrainingProgress { Announced = announced, Position = new OutputPosition(5, 1) };
        core.Step(new TrackerEvent.Loaded([working with { Progress = said }]), JobSamples.At(8), effects);
        var follow = Assert.Single(effects.OfType<TrackerEffect.Follow>());

        var end = new ContainerObservation { Attempt = name, Rank = 0, Incarnation = working.OpenAttempt!.Incarnations[0], State = ContainerState.Ended, ExitCode = 0 };
        core.Step(new TrackerEvent.OutputEnded(name, follow.From), JobSamples.At(9), effects);
        core.Step(new TrackerEvent.Observed("m1", end), JobSamples.At(9), effects);

        Assert.Equal(announced, Assert.Single(effects.OfType<TrackerEffect.Collect>()).Announced);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(143)]
    public void What_a_decider_before_may_have_stopped_is_cancelled_whatever_it_ended_with(int exitCode)
    {
        var core = NewCore();
        var effects = new List<TrackerEffect>();
        var working = JobSamples.Working();
        var name = new AttemptName(new InstallationId("i"), new AttemptId(working.Id, working.LastAttempt));
        core.Step(new TrackerEvent.Loaded([working with { CancelRequestedAt = JobSamples.At(7) }]), JobSamples.At(8), effects);
        effects.Clear();

        var end = new ContainerObservation { Attempt = name, Rank = 0, Incarnation = working.OpenAttempt!.Incarnations[0], State = ContainerState.Ended, ExitCode = exitCode };
        core.Step(new TrackerEvent.OutputEnded(name, OutputSummary.After(TrainingProgress.None)), JobSamples.At(9), effects);
        core.Step(new TrackerEvent.Observed("m1", end), JobSamples.At(9), effects);

        var finish = Assert.IsType<JobCommand.FinishAttempt>(Assert.Single(effects.OfType<TrackerEffect.Commit>()).Command);
        Assert.Equal((JobState.Cancelled, exitCode), (finish.Final, finish.Outcome.ExitCode));
    }

    [Theory]
    [InlineData(ContainerState.Running, true)]
    [InlineData(ContainerState.Ended, false)]
    public void A_stray_container_is_kept_for_who_wants_to_look_into_it_only_if_it_has_ended(ContainerState state, bool isRemovedAtOnce)
    {
        var core = NewCore(new RetentionOptions { KeepContainersFor = TimeSpan.FromHours(1) });
        var effects = new List<TrackerEffect>();
        core.Step(new TrackerEvent.Loaded([]), JobSamples.At(0), effects);
        var attempt = new AttemptName(new InstallationId("i"), new AttemptId(new JobId(1), 1));
        var container = new ContainerObservation { Attempt = attempt, Rank = 0, Incarnation = "c", State = state };

        core.Step(new TrackerEvent.Listed("m1", 1, [container]), JobSamples.At(1), effects);
        core.Step(new TrackerEvent.LookedUp(new JobId(1), JobSamples.In(JobState.Failed), IsAnswer: true), JobSamples.At(1), effects);

        Assert.Equal(isRemovedAtOnce, effects.OfType<TrackerEffect.Remove>().Any());
        core.Step(new TrackerEvent.Tick(), JobSamples.At(61), effects);
        Assert.Single(effects.OfType<TrackerEffect.Remove>());
    }

    [Fact]
    public void A_job_that_runs_and_is_set_aside_keeps_its_room_until_its_end_is_on_record_and_its_container_goes_then()
    {
        var working = JobSamples.Working();
        var core = NewCore(setAside: working.Id);
        var effects = new List<TrackerEffect>();
        core.Step(new TrackerEvent.Loaded([working, JobSamples.Waiting(2)]), JobSamples.At(8), effects);
        var finish = Assert.IsType<JobCommand.FinishAttempt>(Assert.Single(effects.OfType<TrackerEffect.Commit>()).Command);
        Assert.Equal((JobState.Failed, OutcomeCode.InternalError), (finish.Final, finish.Outcome.Code));

        // Not answered once, and tried again.
        core.Step(new TrackerEvent.CommitFailed(finish), JobSamples.At(8), effects);
        effects.Clear();
        core.Step(new TrackerEvent.Tick(), core.NextTickAt(), effects);
        finish = Assert.IsType<JobCommand.FinishAttempt>(Assert.Single(effects.OfType<TrackerEffect.Commit>()).Command);
        Assert.False(core.IsIdle);
        effects.Clear();

        core.Step(new TrackerEvent.Committed(finish, new CommandResult(Rejection.None, working.After(finish))), JobSamples.At(9), effects);

        Assert.Equal(new AttemptId(working.Id, 1), Assert.Single(effects.OfType<TrackerEffect.Remove>()).Attempt.Attempt);
        Assert.Equal(new JobId(2), Assert.IsType<JobCommand.BeginAttempt>(Assert.Single(effects.OfType<TrackerEffect.Commit>()).Command).Job);
    }

    [Fact]
    public void Who_waits_for_a_job_that_is_set_aside_fails_with_it()
    {
        var core = NewCore(setAside: new JobId(1));
        var effects = new List<TrackerEffect>();
        var (first, second) = (JobSamples.Waiting(1), JobSamples.Waiting(2));
        second = second with { Request = second.Request with { DependsOn = [first.Id] } };
        core.Step(new TrackerEvent.Loaded([first, second]), JobSamples.At(8), effects);
        var finish = Assert.IsType<JobCommand.FinishQueued>(Assert.Single(effects.OfType<TrackerEffect.Commit>()).Command);
        effects.Clear();

        core.Step(new TrackerEvent.Committed(finish, new CommandResult(Rejection.None, first.After(finish))), JobSamples.At(9), effects);

        var dependent = Assert.IsType<JobCommand.FinishQueued>(Assert.Single(effects.OfType<TrackerEffect.Commit>()).Command);
        Assert.Equal((second.Id, OutcomeCode.DependencyFailed), (dependent.Job, dependent.Outcome.Code));
    }

    private static TrackerCore NewCore(RetentionOptions? retention = null, JobId? setAside = null) => new(
        new TrackerSettings
        {
            Installation = new InstallationId("i"),
            Retention = retention ?? new(),
            SetAside = setAside is { } job ? new Dictionary<JobId, string> { [job] = "a bug" } : new(),
        },
        new Scheduler(CapacityPolicies.OneAtATime, [new MachineFacts("m1", default)], [], DateTimeOffset.UnixEpoch),
        ["m1"],
        _ => default);
}
