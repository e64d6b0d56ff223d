using Orca.Training.Jobs;
using static System.FormattableString;

namespace Orca.Training.Tracking;

/// <summary>Whether another attempt follows one that ended without results, and when. Pure.</summary>
internal static class Retries
{
    /// <summary>When the next attempt may begin, and why there is one; null if there is none.</summary>
    /// <param name="job">The job, whose newest attempt ends.</param>
    /// <param name="outcome">How it ends.</param>
    /// <param name="now">When it ends.</param>
    public static (DateTimeOffset NotBefore, string Reason)? After(Job job, Outcome outcome, DateTimeOffset now)
    {
        if (job.CancelRequestedAt is not null)
        {
            return null;
        }

        // Who was stopped for others' sake did not fail: that costs no retry.
        if (outcome.Code == OutcomeCode.Preempted)
        {
            return (now, outcome.Message);
        }

        var policy = job.Request.Retries ?? RetryPolicy.None;
        var failures = 1 + job.Attempts.Count(a => a.Outcome is { } ended && ended.Code != OutcomeCode.Preempted);
        return policy.Allows(outcome, failures)
            ? (now + policy.PauseAfter(job.Id, failures), Invariant($"Attempt {job.LastAttempt} ended with {outcome.Code}; this is retry {failures} of {policy.MaxRetries}."))
            : null;
    }
}
