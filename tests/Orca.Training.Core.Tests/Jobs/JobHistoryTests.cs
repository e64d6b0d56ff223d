using CsCheck;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Tests.Jobs;

/// <summary>What holds for every job after any sequence of commands.</summary>
public sealed class JobHistoryTests
{
    [Fact]
    public void No_sequence_of_commands_makes_a_job_that_cannot_be() =>
        AnyCommand.Gen(jobs: 1).Array[0, 40].Sample(commands =>
        {
            var job = JobSamples.Waiting();
            var minute = 0;
            foreach (var command in commands)
            {
                var rejection = JobTransitions.Apply(job, command.At(JobSamples.At(++minute)), out var next);
                Assert.Equal(rejection is Rejection.None, next is not null);
                if (next is null)
                {
                    continue;
                }

                Assert.False(job.State.IsFinal(), "a final job changed");
                Assert.Equal(job.Revision + 1, next.Revision);
                Assert.InRange(next.LastAttempt, job.LastAttempt, job.LastAttempt + 1);
                AssertPossible(next);
                job = next;
            }
        }, iter: 3000);

    private static void AssertPossible(Job job)
    {
        Assert.Equal(job.State.IsFinal(), job.Outcome is not null);
        Assert.Equal(job.State.IsFinal(), job.FinishedAt is not null);
        Assert.Equal(job.State is JobState.Launching, job.Phase is not null);
        Assert.Equal(job.State is JobState.Launching or JobState.Running, job.OpenAttempt is not null);
        Assert.True(job.NotBefore is null || job.State is JobState.Queued, "only a queued job waits for a time");
        Assert.True(job.Artifacts.Count == 0 || job.State is JobState.Succeeded, "only success publishes");
        Assert.True(job.FinishedAt is null || job.FinishedAt >= job.SubmittedAt);
        Assert.True(job.Attempts.Count(a => a.EndedAt is null) <= 1, "two attempts are open");
        Assert.True(job.Attempts.All(a => a.Number <= job.LastAttempt));
        Assert.Equal(job.Attempts.Select(a => a.Number).Distinct().Order(), job.Attempts.Select(a => a.Number));
        foreach (var attempt in job.Attempts)
        {
            Assert.Equal(attempt.EndedAt is null, attempt.Outcome is null);
            Assert.Equal(attempt.StartedAt is not null, attempt.Incarnations.Count > 0);
            Assert.True(attempt.StartedAt is null || attempt.StartedAt >= attempt.CreatedAt);
            Assert.True(attempt.EndedAt is null || attempt.EndedAt >= (attempt.StartedAt ?? attempt.CreatedAt));
        }
    }
}
