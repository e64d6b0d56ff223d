using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>What callers ask for of jobs that there are. What they ask twice is granted twice.</summary>
internal sealed partial class TrainingClient
{
    public Task CancelTrainingAsync(JobId job, CancellationToken cancellationToken = default) =>
        IntendAsync(Operations.Cancel, new JobCommand.RequestCancel(job, _services.Time.GetUtcNow()) { By = User }, "cancelled", cancellationToken);

    public Task HoldTrainingAsync(JobId job, CancellationToken cancellationToken = default) =>
        IntendAsync(Operations.Hold, new JobCommand.RequestHold(job, _services.Time.GetUtcNow()) { By = User }, "held", cancellationToken);

    public Task ReleaseTrainingAsync(JobId job, CancellationToken cancellationToken = default) =>
        IntendAsync(Operations.Release, new JobCommand.RequestRelease(job, _services.Time.GetUtcNow()) { By = User }, "released", cancellationToken);

    private string? User => _caller?.Rights.User;

    private Task IntendAsync(Operation operation, JobCommand.OnJob intent, string participle, CancellationToken cancellationToken) => _guard.AskAsync(operation, async () =>
    {
        var results = await _jobs.ApplyAsync([intent], fence: null, cancellationToken);
        switch (results[0])
        {
            case { Rejection: Rejection.NotFound }:
                throw TrainingException.NotFound(intent.Job);
            case { Rejection: Rejection.Final, Job.State: JobState.Cancelled } when intent is JobCommand.RequestCancel:
                break;
            case { Rejection: Rejection.Final or Rejection.Conflict, Job: { } job }:
                throw new TrainingException(TrainingError.FailedPrecondition, $"Job {job.Id} cannot be {participle}: it is already {job.State}.");
            case { Applied: true, Job: { } job }:
                await RecordAsync(operation, $"job {job.Id}", job.Team);
                break;
            default:
                break;
        }

        return true;
    }, cancellationToken);

    private ValueTask RecordAsync(Operation operation, string subject, string? team) =>
        _caller is null ? ValueTask.CompletedTask : _guard.RecordAsync(operation, subject, _caller.Rights.TeamOf(team));
}
