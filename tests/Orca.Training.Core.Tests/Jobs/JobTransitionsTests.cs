using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Jobs;
using static Orca.Training.Jobs.JobState;
using static Orca.Training.Testing.Conformance.Jobs.JobSamples;

namespace Orca.Training.Tests.Jobs;

/// <summary>The transition table: which command applies to which job, and all that it changes.</summary>
public sealed class JobTransitionsTests
{
    private static readonly JobId Id = new(1);

    /// <summary>The whole table. What is not in it is refused: of a final job as Final, else as Conflict.</summary>
    /// <remarks>`To` is the state that follows, null where it stays; `Wished` is the answer where a cancellation is on record.</remarks>
    private static readonly Row[] Table =
    [
        new("RequestCancel", From: [Queued, Launching, Running], To: null, NamesAttempt: false, Wished: Rejection.NoChange),
        new("ReportWait", From: [Queued], To: null, NamesAttempt: false),
        new("BeginAttempt", From: [Queued], To: Launching, NamesAttempt: true, Wished: Rejection.Conflict),
        new("ReportPhase", From: [Launching], To: null, NamesAttempt: true),
        new("BeginRunning", From: [Launching], To: Running, NamesAttempt: true),
        new("RecordProgress", From: [Running], To: null, NamesAttempt: true),
        new("Defer", From: [Launching], To: Queued, NamesAttempt: true),
        new("Publish", From: [Running], To: Succeeded, NamesAttempt: true),
        new("FinishAttempt as Failed", From: [Launching, Running], To: Failed, NamesAttempt: true),
        new("FinishAttempt as Cancelled", From: [Launching, Running], To: Cancelled, NamesAttempt: true),
        new("FinishQueued", From: [Queued], To: Cancelled, NamesAttempt: false),
    ];

    public static TheoryData<string, JobState, bool, int> AllCases()
    {
        var cases = new TheoryData<string, JobState, bool, int>();
        foreach (var row in Table)
        {
            foreach (var state in Enum.GetValues<JobState>())
            {
                foreach (var isWished in new[] { false, true })
                {
                    foreach (var off in row.NamesAttempt ? new[] { -1, 0, 1 } : [0])
                    {
                        cases.Add(row.Command, state, isWished, off);
                    }
                }
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(AllCases))]
    public void A_command_applies_exactly_where_the_table_says(string command, JobState state, bool isWished, int attemptIsOffBy)
    {
        var row = Table.Single(r => r.Command == command);
        var job = isWished ? In(state).Wished() : In(state);
        var expected = state.IsFinal() ? Rejection.Final
            : !row.From.Contains(state) || attemptIsOffBy != 0 ? Rejection.Conflict
            : isWished ? row.Wished
            : Rejection.None;
        var right = command == "BeginAttempt" ? job.LastAttempt + 1 : job.LastAttempt;

        var rejection = JobTransitions.Apply(job, Command(command, right + attemptIsOffBy), out var next);

        Assert.Equal(expected, rejection);
        Assert.Equal(expected is Rejection.None, next is not null);
        if (next is not null)
        {
            Assert.Equal((row.To ?? state, job.Revision + 1, job.Id), (next.State, next.Revision, next.Id));
        }
    }

    [Fact]
    public void Nothing_applies_to_a_job_that_there_is_not()
    {
        foreach (var row in Table)
        {
            Assert.Equal(Rejection.NotFound, JobTransitions.Apply(null, Command(row.Command, 1), out var next));
            Assert.Null(next);
        }
    }

    [Fact]
    public void A_submission_makes_a_queued_job_at_revision_1()
    {
        var job = JobTransitions.Create(new JobId(7), new JobCommand.Submit(Request(), "ann", At(3)));

        var expected = new Job { Id = new JobId(7), Request = Request(), User = "ann", SubmittedAt = At(3), Revision = 1, State = Queued };
        Assert.Equal(expected.Text(), job.Text());
    }

    public static TheoryData<string> Changes => [.. ChangesByName.Keys];

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_command_changes_what_it_says_and_nothing_else(string name)
    {
        var (before, command, change) = ChangesByName[name];
        var untouched = before.Text();

        var after = before.After(command);

        Assert.Equal((change(before) with { Revision = before.Revision + 1 }).Text(), after.Text());
        Assert.Equal(untouched, before.Text());
    }

    [Theory]
    [InlineData(Queued)]
    [InlineData(Launching)]
    [InlineData(Running)]
    [InlineData(Succeeded)]
    public void An_attempt_cannot_be_finished_into_a_state_that_is_no_end_without_results(JobState state)
    {
        var finish = new JobCommand.FinishAttempt(Id, 1, state, OutOfRoom, null, At(5));

        Assert.Equal(Rejection.Conflict, JobTransitions.Apply(In(Running), finish, out _));
    }

    private static Dictionary<string, (Job Before, JobCommand.OnJob Command, Func<Job, Job> Change)> ChangesByName => new()
    {
        ["a wish to cancel, queued"] = (Waiting(), new JobCommand.RequestCancel(Id, At(5)), j => j with { CancelRequestedAt = At(5) }),
        ["a wish to cancel, running"] = (Working(), new JobCommand.RequestCancel(Id, At(5)), j => j with { CancelRequestedAt = At(5) }),
        ["the first attempt"] = (Waiting(), new JobCommand.BeginAttempt(Id, 1, "m", At(5)), j => j with
        {
            State = Launching,
            LastAttempt = 1,
            Attempts = [new Attempt { Number = 1, Machine = "m", CreatedAt = At(5) }],
            Phase = new LaunchPhase(LaunchStep.PreparingData),
        }),
        ["an attempt after one that was put off"] = (PutOff() with { Progress = HalfDone }, new JobCommand.BeginAttempt(Id, 2, "m", At(10)), j => j with
        {
            State = Launching,
            LastAttempt = 2,
            Attempts = [new Attempt { Number = 2, Machine = "m", CreatedAt = At(10) }],
            Phase = new LaunchPhase(LaunchStep.PreparingData),
            NotBefore = null,
            QueueReason = null,
            Progress = TrainingProgress.None,
        }),
        ["a phase"] = (Starting(), new JobCommand.ReportPhase(Id, 1, new LaunchPhase(LaunchStep.PullingImage, 0.5), At(5)), j => j with
        {
            Phase = new LaunchPhase(LaunchStep.PullingImage, 0.5),
        }),
        ["the start"] = (Starting() with { Deferrals = 3 }, new JobCommand.BeginRunning(Id, 1, ["c1", "c2"], At(5)), j => j with
        {
            State = Running,
            Phase = null,
            Deferrals = 0,
            Attempts = [new Attempt { Number = 1, Machine = "m1", CreatedAt = At(1), StartedAt = At(5), Incarnations = ["c1", "c2"] }],
        }),
        ["progress"] = (Working(), new JobCommand.RecordProgress(Id, 1, HalfDone, At(5)), j => j with { Progress = HalfDone }),
        ["a start that is put off"] = (Starting() with { Deferrals = 1 }, new JobCommand.Defer(Id, 1, "no GPU", At(9), At(5)), j => j with
        {
            State = Queued,
            Phase = null,
            Attempts = [],
            Deferrals = 2,
            NotBefore = At(9),
            QueueReason = "no GPU",
        }),
        ["success"] = (Working().Wished(), new JobCommand.Publish(Id, 1, Model, HalfDone, At(5)), j => j with
        {
            State = Succeeded,
            Progress = HalfDone with { Announced = null },
            Artifacts = Model,
            FinishedAt = At(5),
            Outcome = new Outcome(OutcomeCode.Completed, "The training completed.", 0),
            Attempts = [j.Attempts[0] with { EndedAt = At(5), Outcome = new Outcome(OutcomeCode.Completed, "The training completed.", 0) }],
        }),
        ["a launch that fails"] = (Starting(), new JobCommand.FinishAttempt(Id, 1, Failed, OutOfRoom, null, At(5)), j => j with
        {
            State = Failed,
            Phase = null,
            FinishedAt = At(5),
            Outcome = OutOfRoom,
            Attempts = [j.Attempts[0] with { EndedAt = At(5), Outcome = OutOfRoom }],
        }),
        ["a run that is cancelled, with the progress that was recorded"] =
            (Working() with { Progress = HalfDone }, new JobCommand.FinishAttempt(Id, 1, Cancelled, OutOfRoom, null, At(5)), j => j with
            {
                State = Cancelled,
                Progress = HalfDone with { Announced = null },
                FinishedAt = At(5),
                Outcome = OutOfRoom,
                Attempts = [j.Attempts[0] with { EndedAt = At(5), Outcome = OutOfRoom }],
            }),
        ["a job that fits nowhere"] = (PutOff(), new JobCommand.ReportWait(Id, "no machine has so much", At(5)), j => j with
        {
            QueueReason = "no machine has so much",
            NotBefore = null,
        }),
        ["the end of a job that was put off"] = (PutOff(), new JobCommand.FinishQueued(Id, JobState.Cancelled, OutOfRoom, At(5)), j => j with
        {
            State = Cancelled,
            Outcome = OutOfRoom,
            FinishedAt = At(5),
            QueueReason = null,
            NotBefore = null,
        }),
    };

    private static JobCommand.OnJob Command(string name, int number) => name switch
    {
        "RequestCancel" => new JobCommand.RequestCancel(Id, At(5)),
        "ReportWait" => new JobCommand.ReportWait(Id, "no machine has so much", At(5)),
        "BeginAttempt" => new JobCommand.BeginAttempt(Id, number, "m", At(5)),
        "ReportPhase" => new JobCommand.ReportPhase(Id, number, new LaunchPhase(LaunchStep.Starting), At(5)),
        "BeginRunning" => new JobCommand.BeginRunning(Id, number, ["c"], At(5)),
        "RecordProgress" => new JobCommand.RecordProgress(Id, number, HalfDone, At(5)),
        "Defer" => new JobCommand.Defer(Id, number, "no room", At(9), At(5)),
        "Publish" => new JobCommand.Publish(Id, number, (Artifact[])[], HalfDone, At(5)),
        "FinishAttempt as Failed" => new JobCommand.FinishAttempt(Id, number, Failed, OutOfRoom, null, At(5)),
        "FinishAttempt as Cancelled" => new JobCommand.FinishAttempt(Id, number, Cancelled, OutOfRoom, null, At(5)),
        "FinishQueued" => new JobCommand.FinishQueued(Id, JobState.Cancelled, OutOfRoom, At(5)),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "The table's tests know no such command."),
    };

    private sealed record Row(string Command, JobState[] From, JobState? To, bool NamesAttempt, Rejection Wished = Rejection.None);
}
