using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>What callers ask for of jobs that there are. What they ask twice is granted twice.</summary>
internal sealed partial class TrainingClient
{
    public Task CancelTrainingAsync(JobId job, CancellationToken cancellationToken = default) =>
        IntendAsync(new JobCommand.RequestCancel(job, time.GetUtcNow()), "cancelled", nameof(CancelTrainingAsync), cancellationToken);

    public Task HoldTrainingAsync(JobId job, CancellationToken cancellationToken = default) =>
        IntendAsync(new JobCommand.RequestHold(job, time.GetUtcNow()), "held", nameof(HoldTrainingAsync), cancellationToken);

    public Task ReleaseTrainingAsync(JobId job, CancellationToken cancellationToken = default) =>
        IntendAsync(new JobCommand.RequestRelease(job, time.GetUtcNow()), "released", nameof(ReleaseTrainingAsync), cancellationToken);

    private async Task IntendAsync(JobCommand.OnJob intent, string participle, string call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var results = await store.ApplyAsync([intent], fence: null, cancellationToken);
            switch (results[0])
            {
                case { Rejection: Rejection.NotFound }:
                    throw TrainingException.NotFound(intent.Job);
                case { Rejection: Rejection.Final, Job.State: JobState.Cancelled } when intent is JobCommand.RequestCancel:
                    break;
                case { Rejection: Rejection.Final or Rejection.Conflict, Job: { } job }:
                    throw new TrainingException(TrainingError.FailedPrecondition, $"Job {job.Id} cannot be {participle}: it is already {job.State}.");
                default:
                    break;
            }
        }
        catch (Exception e) when (_errors.Translated(e, call, cancellationToken) is { } translated)
        {
            throw translated;
        }
    }
}
