using Orca.Training.Bench.Kill;
using Orca.Training.Bench.Kill.Machine;
using Orca.Training.Jobs;

namespace Orca.Training.Bench.Tests.Kill;

/// <summary>What must not be is found: each case is a world in which one thing is wrong.</summary>
public sealed class VerificationTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Findings _findings = new();

    [Fact]
    public void Where_all_is_well_nothing_is_found()
    {
        Verify([Ended(JobState.Succeeded, OutcomeCode.Completed, 0)], Told(Trainings.Succeeds), Life(0));
        Verify([Ended(JobState.Failed, OutcomeCode.NonZeroExit, 3)], Told(Trainings.Fails), Life(3));
        Verify([Ended(JobState.Cancelled, OutcomeCode.Cancelled, 143)], Told(Trainings.Lasts, isCancelAsked: true), Life(143));

        Assert.Empty(_findings.All);
    }

    [Fact]
    public void An_acknowledged_job_that_is_not_on_record_is_lost()
    {
        Verify([], Told(Trainings.Succeeds));

        Assert.Single(_findings.Lost);
    }

    [Fact]
    public void A_submission_without_an_answer_may_be_on_record_or_not()
    {
        var submission = Told(Trainings.Succeeds);
        submission.Job = null;
        Verify([], submission);
        Verify([Ended(JobState.Succeeded, OutcomeCode.Completed, 0)], submission, Life(0));

        Assert.Empty(_findings.All);
    }

    [Fact]
    public void A_job_that_comes_to_no_end_is_lost()
    {
        Verify([Ended(JobState.Succeeded, OutcomeCode.Completed, 0) with { State = JobState.Running }], Told(Trainings.Succeeds), Life(0));

        Assert.Single(_findings.Lost);
    }

    [Fact]
    public void One_submission_that_made_two_jobs_is_found()
    {
        var job = Ended(JobState.Succeeded, OutcomeCode.Completed, 0);
        Verify([job, job with { Id = new JobId(2) }], Told(Trainings.Succeeds), Life(0), Life(0) with { Attempt = Name(2) });

        Assert.Single(_findings.Twice);
    }

    [Fact]
    public void A_final_state_that_a_client_was_told_and_that_is_another_now_is_found()
    {
        var submission = Told(Trainings.Succeeds);
        submission.Final = JobState.Failed;
        Verify([Ended(JobState.Succeeded, OutcomeCode.Completed, 0)], submission, Life(0));

        Assert.Single(_findings.Twice);
    }

    [Fact]
    public void An_attempt_that_ran_in_two_containers_is_found()
    {
        Verify([Ended(JobState.Succeeded, OutcomeCode.Completed, 0)], Told(Trainings.Succeeds), Life(0), Life(0) with { Incarnation = "another" });

        Assert.Single(_findings.Twice);
    }

    [Fact]
    public void An_end_that_was_applied_twice_is_found()
    {
        Verify([Ended(JobState.Succeeded, OutcomeCode.Completed, 0)], [Told(Trainings.Succeeds)], [Life(0)], new() { [new JobId(1)] = ["Succeeded", "Succeeded"] });

        Assert.Single(_findings.Twice);
    }

    [Fact]
    public void A_container_that_is_left_or_has_no_attempt_on_record_is_an_orphan()
    {
        Verify([Ended(JobState.Succeeded, OutcomeCode.Completed, 0)], Told(Trainings.Succeeds), Life(0) with { IsRemoved = false }, Life(0) with { Attempt = Name(2) });

        Assert.Equal(2, _findings.Orphans.Count);
    }

    [Theory]
    [InlineData("Killed", 143, 143, Trainings.Lasts)]
    [InlineData("Completed", 0, 0, Trainings.Yields)]
    [InlineData("NonZeroExit", 3, 4, Trainings.Fails)]
    [InlineData("Lost", null, 0, Trainings.Succeeds)]
    [InlineData("Completed", 0, 0, Trainings.Promises)]
    [InlineData("NonZeroExit", 137, 137, Trainings.Grows, true)]
    public void An_outcome_that_is_not_what_the_machine_saw_is_found(string code, int? recorded, int seen, string kind, bool outOfMemory = false)
    {
        var state = code == "Completed" ? JobState.Succeeded : JobState.Failed;
        Verify([Ended(state, new OutcomeCode(code), recorded)], Told(kind, isCancelAsked: true), Life(seen) with { OutOfMemory = outOfMemory });

        Assert.Single(_findings.Disagreements);
    }

    [Fact]
    public void A_cancellation_that_nobody_asked_for_is_found()
    {
        Verify([Ended(JobState.Cancelled, OutcomeCode.Cancelled, 143)], Told(Trainings.Lasts), Life(143));

        Assert.NotEmpty(_findings.Disagreements);
    }

    [Fact]
    public void A_container_that_was_removed_while_it_ran_is_found()
    {
        Verify([Ended(JobState.Failed, OutcomeCode.Lost, null)], Told(Trainings.Lasts), Life(0) with { ExitCode = null });

        Assert.Single(_findings.Disagreements);
    }

    private static AttemptName Name(long job) => new(new InstallationId("i"), new AttemptId(new JobId(job), 1));

    private static ContainerLife Life(int exitCode) => new(Name(1), "c1") { ExitCode = exitCode, IsRemoved = true };

    private static Submission Told(string kind, bool isCancelAsked = false) => new("one", kind, hasKey: false) { Job = new JobId(1), IsCancelAsked = isCancelAsked };

    private static Job Ended(JobState state, OutcomeCode code, int? exitCode)
    {
        var outcome = new Outcome(code, "It ended.", exitCode);
        return new Job
        {
            Id = new JobId(1),
            Request = new TrainingRequest { Algorithm = "a", DatasetId = "d", Name = "one" },
            SubmittedAt = Now,
            State = state,
            LastAttempt = 1,
            Outcome = outcome,
            Attempts = [new Attempt { Number = 1, Machine = "m", CreatedAt = Now, StartedAt = Now, EndedAt = Now, Incarnations = ["c1"], Outcome = outcome }],
        };
    }

    private void Verify(IReadOnlyList<Job> jobs, Submission submission, params ContainerLife[] lives) => Verify(jobs, [submission], lives, []);

    private void Verify(IReadOnlyList<Job> jobs, IReadOnlyList<Submission> submissions, IReadOnlyList<ContainerLife> lives, Dictionary<JobId, string[]> ends) =>
        new Verification("world", jobs, submissions, lives, ends, _findings).Run();
}
