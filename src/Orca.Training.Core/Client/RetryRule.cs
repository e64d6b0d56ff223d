using Orca.Training.Jobs;
using Orca.Training.Settings;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>What a request may say of further attempts.</summary>
internal static class RetryRule
{
    private const int MaxOutcomes = 32;
    private const int MaxOutcomeLength = 64;
    private const int MostTypos = 2;

    // A job's, never an attempt's; and of an attempt that completed nobody wants another.
    private static readonly OutcomeCode[] NeverFailures = [OutcomeCode.Completed, OutcomeCode.QueueTimedOut, OutcomeCode.DependencyFailed];

    public static void Check(RetryPolicy? retries, RequestLimits limits, List<FieldViolation> found)
    {
        if (retries is null)
        {
            return;
        }

        if (retries.MaxRetries < 0 || retries.MaxRetries > limits.Retries)
        {
            found.Add(new FieldViolation("retries.max_retries", Invariant($"{retries.MaxRetries} is not allowed: give 0 to {limits.Retries}.")));
        }

        if (retries.On.Count > MaxOutcomes)
        {
            found.Add(new FieldViolation("retries.on", Invariant($"There are {retries.On.Count}: give at most {MaxOutcomes}, or none for the default ones.")));
        }
        else
        {
            for (var i = 0; i < retries.On.Count; i++)
            {
                if (FaultOf(retries.On[i]) is { } fault)
                {
                    found.Add(new FieldViolation(Invariant($"retries.on[{i}]"), fault));
                }
            }
        }

        CheckPause("retries.first_pause", retries.FirstPause, limits.LongestTime, found);
        CheckPause("retries.longest_pause", retries.LongestPause, limits.LongestTime, found);
        if (retries.LongestPause < retries.FirstPause)
        {
            found.Add(new FieldViolation("retries.longest_pause", Invariant($"{retries.LongestPause} is shorter than first_pause, {retries.FirstPause}: give at least that.")));
        }
    }

    /// <summary>Why an outcome is none that can be tried again after, as a sentence; null if it is one.</summary>
    public static string? FaultOf(OutcomeCode code)
    {
        if (code.Name is not { Length: > 0 and <= MaxOutcomeLength } || !code.Name.All(char.IsAsciiLetterOrDigit))
        {
            return Invariant($"It is not an outcome: give letters and digits, at most {MaxOutcomeLength}, such as {OutcomeCode.NonZeroExit}.");
        }

        // Runtimes may have outcomes of their own, so a word that is not known here is no mistake, unless it is nearly one that is.
        if (Misspelt(code) is { } meant)
        {
            return $"It is not a known outcome: did you mean {meant}?";
        }

        return RetryPolicy.IsHopeless(code) ? $"{code} is never retried, because another attempt would fail in the same way: leave it out."
            : NeverFailures.Contains(code) ? $"{code} is not the failure of an attempt: leave it out."
            : null;
    }

    private static OutcomeCode? Misspelt(OutcomeCode code) => OutcomeCode.Known.Contains(code) ? null
        : OutcomeCode.Known.Where(k => Spelling.Distance(k.Name, code.Name) <= MostTypos).Select(k => (OutcomeCode?)k).FirstOrDefault();

    private static void CheckPause(string field, TimeSpan pause, TimeSpan longest, List<FieldViolation> found)
    {
        if (pause < TimeSpan.Zero || pause > longest)
        {
            found.Add(new FieldViolation(field, Invariant($"{pause} is not allowed: give a time from zero up to {longest} (days.hours:minutes:seconds).")));
        }
    }
}
