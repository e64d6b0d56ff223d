using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Jobs;
using static Orca.Training.Testing.Conformance.Jobs.JobSamples;

namespace Orca.Training.Tests.Diagnostics;

/// <summary>What is told of a job from two of its revisions.</summary>
public sealed class JobChangeTests
{
    private static readonly JobId Id = new(1);

    [Fact]
    public void Each_step_of_a_job_is_told_once()
    {
        var (waiting, starting, working, done) = (Waiting(), Starting(), Working(), In(JobState.Succeeded));

        Assert.Equal("begun 1", Told(waiting, starting));
        Assert.Equal("started 1", Told(starting, working));
        Assert.Equal("", Told(working, working.After(new JobCommand.RecordProgress(Id, 1, HalfDone, At(3)))));
        Assert.Equal("ended 1, finish", Told(working, done));
        Assert.Equal("finish", Told(waiting, waiting.After(new JobCommand.FinishQueued(Id, JobState.Cancelled, OutOfRoom, At(3)))));
        Assert.Equal("ended 1, finish", Told(starting, starting.After(new JobCommand.FinishAttempt(Id, 1, JobState.Failed, OutOfRoom, null, At(3)))));
    }

    [Fact]
    public void A_start_that_is_put_off_is_no_end()
    {
        Assert.Equal("deferred 1", Told(Starting(), PutOff()));
        Assert.Equal("begun 2", Told(PutOff(), PutOff().After(new JobCommand.BeginAttempt(Id, 2, "m1", At(9)))));
    }

    [Fact]
    public void Steps_that_were_missed_are_told_with_the_next_one()
    {
        Assert.Equal("begun 1, started 1", Told(Waiting(), Working()));
        Assert.Equal("begun 1, started 1, ended 1, finish", Told(Waiting(), In(JobState.Failed)));
        Assert.Equal("deferred 1, begun 2", Told(Starting(), PutOff().After(new JobCommand.BeginAttempt(Id, 2, "m1", At(9)))));
    }

    [Fact]
    public void The_time_in_the_queue_counts_from_the_submission_or_from_the_attempt_before()
    {
        Assert.Equal(TimeSpan.FromMinutes(1), new JobChange(Starting(), Working()).TimeInQueue);

        // Put off at minute 2, not to be tried before minute 9: all of it was waiting.
        var late = PutOff().After(new JobCommand.BeginAttempt(Id, 2, "m1", At(9)));
        Assert.Equal(TimeSpan.FromMinutes(9), new JobChange(late, late.After(new JobCommand.BeginRunning(Id, 2, ["c"], At(10)))).TimeInQueue);

        var second = Working() with
        {
            LastAttempt = 2,
            Attempts = [Working().Attempts[0] with { EndedAt = At(30) }, new Attempt { Number = 2, Machine = "m", CreatedAt = At(50), StartedAt = At(51) }],
        };
        Assert.Equal(TimeSpan.FromMinutes(20), new JobChange(Working(), second).TimeInQueue);
    }

    private static string Told(Job before, Job after)
    {
        var change = new JobChange(before, after);
        string?[] told =
        [
            change.Deferred is { } deferred ? $"deferred {deferred.Number}" : null,
            change.Begun is { } begun ? $"begun {begun.Number}" : null,
            change.Started is { } started ? $"started {started.Number}" : null,
            change.Ended is { } ended ? $"ended {ended.Number}" : null,
            change.IsFinish ? "finish" : null,
        ];
        return string.Join(", ", told.Where(t => t is not null));
    }
}
