namespace Orca.Training.Jobs;

/// <summary>
/// The attempts of a job that are no longer on record one by one: of many the first and the last are kept, and the rest in numbers, so that a
/// job that is tried again and again does not grow.
/// </summary>
/// <param name="Count">How many.</param>
/// <param name="Preempted">How many of them made room for others, and so did not fail.</param>
internal sealed record PastAttempts(int Count, int Preempted)
{
    /// <summary>So many of the first are kept.</summary>
    public const int FirstKept = 2;

    /// <summary>So many of the last are kept, the open one among them.</summary>
    public const int LastKept = 8;

    /// <summary>How many failed.</summary>
    public int Failed() => Count - Preempted;

    /// <summary>These and one more.</summary>
    public static PastAttempts With(PastAttempts? before, Attempt attempt) =>
        new((before?.Count ?? 0) + 1, (before?.Preempted ?? 0) + (attempt.Outcome?.Code == OutcomeCode.Preempted ? 1 : 0));
}
