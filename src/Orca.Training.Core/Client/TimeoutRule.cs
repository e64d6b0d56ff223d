using Orca.Training.Jobs;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>What a request may say of time limits.</summary>
internal static class TimeoutRule
{
    public static void Check(TrainingTimeouts? timeouts, TimeSpan longest, List<FieldViolation> found)
    {
        if (timeouts is not null)
        {
            CheckLimit("timeouts.queued", timeouts.Queued, longest, found);
            CheckLimit("timeouts.launching", timeouts.Launching, longest, found);
            CheckLimit("timeouts.running", timeouts.Running, longest, found);
            CheckLimit("timeouts.no_progress", timeouts.NoProgress, longest, found);
        }
    }

    private static void CheckLimit(string field, TimeSpan? limit, TimeSpan longest, List<FieldViolation> found)
    {
        if (limit <= TimeSpan.Zero || limit > longest)
        {
            found.Add(new FieldViolation(field, Invariant($"{limit} is not allowed: give a time above zero and up to {longest} (days.hours:minutes:seconds), or none.")));
        }
    }
}
