using Orca.Training.Jobs;

namespace Orca.Training.Diagnostics;

/// <summary>What a change of a job means to those who watch the service. Of several changes seen as one it tells what is still on record. Pure.</summary>
/// <param name="Before">The job as it was known.</param>
/// <param name="After">The job as it is on record now.</param>
internal readonly record struct JobChange(Job Before, Job After)
{
    /// <summary>The attempt that was put off, since there was no room after all; it is no longer on record.</summary>
    public Attempt? Deferred => After.Deferrals > Before.Deferrals && Before.OpenAttempt is { } open && Last?.Number != open.Number ? open : null;

    /// <summary>The attempt that is on record now, and was not.</summary>
    public Attempt? Begun => Last is { } last && WasBefore(last) is null ? last : null;

    /// <summary>The attempt whose containers run, or ran, and did not before.</summary>
    public Attempt? Started => Last is { StartedAt: not null } last && WasBefore(last)?.StartedAt is null ? last : null;

    /// <summary>The attempt that has ended, and had not before.</summary>
    public Attempt? Ended => Last is { EndedAt: not null } last && WasBefore(last)?.EndedAt is null ? last : null;

    /// <summary>Whether the job has reached its final state.</summary>
    public bool IsFinish => After.State.IsFinal() && !Before.State.IsFinal();

    /// <summary>How long the job waited for its last attempt: since it was submitted, or since the attempt before ended.</summary>
    public TimeSpan TimeInQueue => Last is { } last
        ? last.CreatedAt - (After.Attempts.Count > 1 ? After.Attempts[^2].EndedAt ?? After.SubmittedAt : After.SubmittedAt)
        : TimeSpan.Zero;

    private Attempt? Last => After.Attempts is [.., var last] ? last : null;

    private Attempt? WasBefore(Attempt attempt) => Before.Attempts is [.., var last] && last.Number == attempt.Number ? last : null;
}
