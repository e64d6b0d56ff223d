using static System.FormattableString;

namespace Orca.Training.Datasets.Intents;

/// <summary>The fractions of the training rows that become validation and test rows, and the seed.</summary>
/// <remarks>
/// The same rows, seed and fractions give the same parts, and so the same version, on every machine. Each part gets its fraction of all
/// rows (at least one row) and of the rows of each label, as closely as whole rows allow. If a row has several labels, the first counts.
/// Each label keeps at least one row for training. Among labels with few rows, those with the largest remaining fraction give one row; the
/// seed decides between equal fractions. Within a part, the order of the rows is kept.
/// </remarks>
/// <param name="Seed">The seed. Another seed selects other rows.</param>
public sealed record IntentSplit(long Seed)
{
    /// <summary>The fraction of validation rows, from 0 to below 1. Default 0: none.</summary>
    public double Validation { get; init; }

    /// <summary>The fraction of test rows, from 0 to below 1. Default 0: none.</summary>
    public double Test { get; init; }

    /// <summary>Refuses what cannot be cut.</summary>
    /// <param name="isValidationGiven">Whether the validation rows are a file of their own.</param>
    /// <param name="isTestGiven">Whether the test rows are.</param>
    /// <exception cref="ArgumentException">A fraction is none; it says which.</exception>
    internal void Check(bool isValidationGiven, bool isTestGiven)
    {
        Check(nameof(Validation), Validation, isValidationGiven);
        Check(nameof(Test), Test, isTestGiven);
        if (Validation + Test is 0 or >= 1)
        {
            throw new ArgumentException(Validation + Test == 0
                ? "Both Validation and Test are 0, so nothing is split off: give one of them a fraction, such as 0.1, or leave out the split."
                : Invariant($"Validation is {Validation} and Test is {Test}, which leaves no training rows: give fractions whose sum is below 1."));
        }
    }

    private static void Check(string field, double fraction, bool isGiven)
    {
        // No comparison holds for what is no number.
        if (!(fraction >= 0 && fraction < 1))
        {
            throw new ArgumentException(Invariant($"{field} is {fraction}: give a fraction from 0 to below 1, such as 0.1."));
        }

        if (isGiven && fraction > 0)
        {
            throw new ArgumentException(Invariant($"{field} is {fraction}, and the file of these rows is given too: give one of the two."));
        }
    }
}
