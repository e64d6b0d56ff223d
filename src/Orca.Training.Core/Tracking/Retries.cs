using Orca.Training.Jobs;
using static System.FormattableString;

namespace Orca.Training.Tracking;

/// <summary>Whether another attempt follows one that ended without results, and when. Pure.</summary>
internal static class Retries
{
    /// <summary>How long the next attempt is waited with, and why there is one; null if there is none.</summary>
    /// <param name="job">The job, whose newest attempt ends.</param>
    /// <param name="outcome">How it ends.</param>
    public static (TimeSpan Pause, string Reason)? After(Job job, Outcome outcome)
    {
        if (job.CancelRequestedAt is not null)
        {
            return null;
        }

        // Who was stopped for others' sake did not fail: that costs no retry.
        if (outcome.Code == OutcomeCode.Preempted)
        {
            return (TimeSpan.Zero, outcome.Message);
        }

        var policy = job.Request.Retries ?? RetryPolicy.None;
        var failures = 1 + (job.Past?.Failed() ?? 0) + job.Attempts.Count(a => a.Outcome is { } ended && ended.Code != OutcomeCode.Preempted);
        return policy.Allows(outcome, failures)
            ? (policy.PauseAfter(job.Id, failures), Invariant($"Attempt {job.LastAttempt} ended with {outcome.Code}; this is retry {failures} of {policy.MaxRetries}."))
            : null;
    }
}
