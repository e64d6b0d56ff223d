namespace Orca.Training.Jobs.Storage;

/// <summary>An idempotency key and whose it is: what one user chose says nothing of another's jobs.</summary>
/// <param name="User">The user; empty for nobody.</param>
/// <param name="Key">The key.</param>
internal readonly record struct JobKey(string User, string Key)
{
    /// <summary>The key of a submission; null if it has none.</summary>
    public static JobKey? Of(JobCommand.Submit submit) => Of(submit.User, submit.Request);

    /// <summary>The key that stands for a job; null if it has none.</summary>
    public static JobKey? Of(Job job) => Of(job.User, job.Request);

    private static JobKey? Of(string? user, TrainingRequest request) => request.IdempotencyKey is { } key ? new JobKey(user ?? "", key) : null;
}
