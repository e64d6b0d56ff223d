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
        { "Queued, next in line; its last start was put off: no room.", JobSamples.PutOff(), 1 },
        { "Queued at position 2; its last start was put off: No GPU is free.", JobSamples.PutOff() with { QueueReason = "No GPU is free." }, 2 },
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
        { "Running; being cancelled.", JobSamples.Working().Wished(), null },
        { "The training completed.", JobSamples.In(JobState.Succeeded), null },
        { "No.", JobSamples.In(JobState.Failed).Wished(), null },
        { "Cancelled", JobSamples.In(JobState.Cancelled) with { Outcome = null }, null },
    };

    [Theory]
    [MemberData(nameof(Sentences), DisableDiscoveryEnumeration = true)]
    public void A_state_is_one_sentence(string sentence, Job job, int? position) => Assert.Equal(sentence, StatusSentence.For(job, position));

    private static Job InPhase(LaunchStep step, double? fraction = null, string? detail = null) =>
        JobSamples.Starting() with { Phase = new LaunchPhase(step, fraction, detail) };
}
