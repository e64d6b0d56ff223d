using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>What callers ask for of jobs that there are. What they ask twice is granted twice.</summary>
internal sealed partial class TrainingClient
{
    public Task CancelTrainingAsync(JobId job, CancellationToken cancellationToken = default) =>
        IntendAsync(Operations.Cancel, new JobCommand.RequestCancel(job, _services.Time.GetUtcNow()) { By = User }, "cancelled", cancellationToken);

    public Task<IReadOnlyList<JobId>> CancelGroupAsync(string group, CancellationToken cancellationToken = default)
    {
        group = Intake.Group(group);
        return _guard.AskAsync<IReadOnlyList<JobId>>(Operations.CancelGroup, async () =>
        {
            var violations = new List<FieldViolation>();
            NameRule.CheckText("group", group, _services.Validator().Limits.NameLength, isRequired: true, violations);
            ThrowIfAny(violations);
            var asked = new List<JobId>();
            var query = new JobQuery { Group = group, States = Open, OldestFirst = true, Limit = CallLimits.MaxPageSize };
            while (true)
            {
                var page = await _jobs.ReadPageAsync(query, cancellationToken);
                var cancelled = await CancelAsync([.. page.Select(r => r.Job.Id)], cancellationToken);
                asked.AddRange(cancelled.Select(r => r.Job!.Id));
                foreach (var team in cancelled.Where(r => r.Applied).Select(r => r.Job!).GroupBy(j => j.Team))
                {
                    await RecordAsync(Operations.CancelGroup, Invariant($"group {group}, {team.Count()} jobs from {team.First().Id}"), team.Key);
                }

                if (page.Count < query.Limit)
                {
                    return asked;
                }

                query = query with { After = page[^1].Job.Id };
            }
        }, cancellationToken);
    }

    public Task HoldTrainingAsync(JobId job, CancellationToken cancellationToken = default) =>
        IntendAsync(Operations.Hold, new JobCommand.RequestHold(job, _services.Time.GetUtcNow()) { By = User }, "held", cancellationToken);

    public Task ReleaseTrainingAsync(JobId job, CancellationToken cancellationToken = default) =>
        IntendAsync(Operations.Release, new JobCommand.RequestRelease(job, _services.Time.GetUtcNow()) { By = User }, "released", cancellationToken);

    private static JobState[] Open => [JobState.Queued, JobState.Launching, JobState.Running];

    private string? User => _caller?.Rights.User;

    /// <summary>Asks for jobs to be ended by one commit.</summary>
    /// <returns>The results for those that have not ended; what was asked before is not applied again.</returns>
    private async ValueTask<IReadOnlyList<CommandResult>> CancelAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken)
    {
        if (jobs.Count == 0)
        {
            return [];
        }

        var now = _services.Time.GetUtcNow();
        var results = await _jobs.ApplyAsync([.. jobs.Select(job => new JobCommand.RequestCancel(job, now) { By = User })], fence: null, cancellationToken);
        if (jobs.Count > 1 && results.Any(r => r.Rejection is Rejection.NotFound))
        {
            // One has ended and been removed since it was read; the others must not go on for that.
            var each = new List<CommandResult>();
            foreach (var job in jobs)
            {
                each.AddRange(await CancelAsync([job], cancellationToken));
            }

            return each;
        }

        return [.. results.Where(r => r.Job is { CancelRequestedAt: not null } job && !job.State.IsFinal())];
    }

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
