using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Tests.Client;

/// <summary>A job's state in a sentence.</summary>
public sealed class StatusSentenceTests
{
    public static TheoryData<string, Job, int?> Sentences => new()
    {
        { "Queued.", JobSamples.Waiting(), null },
        { "Queued, next in line.", JobSamples.Waiting(), 1 },
        { "Queued at position 1234.", JobSamples.Waiting(), 1234 },
        { "Queued, next in line; its last start was deferred: no room.", JobSamples.PutOff(), 1 },
        { "Queued at position 2; its last start was deferred: No GPU is free.", JobSamples.PutOff() with { QueueReason = "No GPU is free." }, 2 },
        { "Held: it starts after it is released.", Held(JobSamples.Waiting()), 1 },
        { "Held: it starts after it is released.", Held(Waiting(5)), 1 },
        { "Being cancelled.", Held(JobSamples.Waiting()).Wished(), 1 },
        { "Queued: waiting for job 5 to succeed.", Waiting(5), 2 },
        { "Queued: waiting for jobs 7 and 5 to succeed.", Waiting(3, 7, 4, 5), 2 },
        { "Queued: waiting for jobs 5, 7, 8, 9 and 10 to succeed.", Waiting(5, 7, 8, 9, 10), 2 },
        { "Queued: waiting for jobs 5, 7, 8, 9, 10 and 2 more to succeed.", Waiting(5, 7, 8, 9, 10, 11, 12), 2 },
        { "Queued, next in line.", Waiting(3, 4), 1 },
        { "Queued for another attempt, not before 2030-01-01 00:05:00 UTC: a reason.", ForAnotherAttempt(), 1 },
        {
            "Queued, next in line; its last start was deferred: no room.",
            ForAnotherAttempt().After(new JobCommand.BeginAttempt(new JobId(1), 2, "m1", JobSamples.At(6))).After(new JobCommand.Defer(new JobId(1), 2, "no room", JobSamples.At(9), JobSamples.At(7))),
            1
        },
        { "Being cancelled.", JobSamples.Waiting().Wished(), 1 },
        { "Launching, preparing the data.", JobSamples.Starting(), null },
        { "Launching, preparing the data.", JobSamples.Starting() with { Phase = null }, null },
        { "Launching, pulling the image.", InPhase(LaunchStep.PullingImage), null },
        { "Launching, pulling the image (0 %).", InPhase(LaunchStep.PullingImage, 0), null },
        { "Launching, pulling the image (43 %): layer 2 of 7.", InPhase(LaunchStep.PullingImage, 0.4251, "layer 2 of 7"), null },
        { "Launching, starting the container (100 %).", InPhase(LaunchStep.Starting, 1), null },
        { "Launching, starting the container: Connection refused.", InPhase(LaunchStep.Starting, null, "Connection refused."), null },
        { "Launching; being cancelled.", JobSamples.Starting().Wished(), null },
        { "Running.", JobSamples.Working(), null },
        { "Running.", JobSamples.Working() with { Progress = new TrainingProgress { Done = 3 } }, null },
        { "Running, 1 of 2 done.", JobSamples.Working() with { Progress = JobSamples.HalfDone }, null },
        { "Running, 0.33 of 1500000 done.", JobSamples.Working() with { Progress = new TrainingProgress { Done = 1 / 3.0, Total = 1.5e6 } }, null },
        {
            "Running. Not kept of its output: 1,200 points of its metrics (older ones are thinned, peaks stay); 2 announced files beyond the limit or with invalid names.",
            JobSamples.Working() with { Progress = new TrainingProgress { LeftOut = new OutputLeftOut(1200, 0, 2) } },
            null
        },
        {
            "The training completed. Not kept of its output: 3 metric values beyond the limit or with invalid names.",
            JobSamples.In(JobState.Succeeded) with { Progress = new TrainingProgress { LeftOut = new OutputLeftOut(0, 3, 0) } },
            null
        },
        {
            "Launching, pulling the image: layer \uFFFD]52;c;eA==\uFFFD of 7.",
            InPhase(LaunchStep.PullingImage, null, "layer \x1b]52;c;eA==\a \x1b[31mof 7"),
            null
        },
        { "Bad \uFFFDtxt.", JobSamples.In(JobState.Failed) with { Outcome = new Outcome(OutcomeCode.LaunchFailed, "Bad \u202Etxt.") }, null },
        { "Running; being cancelled.", JobSamples.Working().Wished(), null },
        { "The training completed.", JobSamples.In(JobState.Succeeded), null },
        { "No.", JobSamples.In(JobState.Failed).Wished(), null },
        { "Cancelled", JobSamples.In(JobState.Cancelled) with { Outcome = null }, null },
    };

    [Theory]
    [MemberData(nameof(Sentences), DisableDiscoveryEnumeration = true)]
    public void A_state_is_one_sentence(string sentence, Job job, int? position) =>
        Assert.Equal(sentence, StatusSentence.For(job, position, why: null, new HashSet<JobId> { new(5), new(7), new(8), new(9), new(10), new(11), new(12) }));

    private static Job Waiting(params long[] jobs)
    {
        var job = JobSamples.Waiting();
        return job with { Request = job.Request with { DependsOn = [.. jobs.Select(id => new JobId(id))] } };
    }

    private static Job Held(Job job) => job.After(new JobCommand.RequestHold(job.Id, JobSamples.At(1)));

    private static Job ForAnotherAttempt() => JobSamples.Starting()
        .After(new JobCommand.Retry(new JobId(1), 1, new Outcome(OutcomeCode.LaunchFailed, "No."), "a reason", null, JobSamples.At(5), JobSamples.At(3)));

    private static Job InPhase(LaunchStep step, double? fraction = null, string? detail = null) =>
        JobSamples.Starting() with { Phase = new LaunchPhase(step, fraction, detail) };
}
