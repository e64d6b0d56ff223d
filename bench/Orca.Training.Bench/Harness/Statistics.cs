namespace Orca.Training.Bench.Harness;

/// <summary>What is said of many measurements.</summary>
internal static class Statistics
{
    private const int Resamples = 2_000;

    /// <summary>The middle value; of an even number the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values) => Quantile(values, 0.5);

    /// <summary>The value below which a share of the values lies, on the straight line between the two nearest.</summary>
    /// <param name="values">In any order; at least one.</param>
    /// <param name="share">0 to 1.</param>
    public static double Quantile(IEnumerable<double> values, double share)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0)
        {
            throw new ArgumentException("Nothing was measured.", nameof(values));
        }

        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }

    /// <summary>
    /// Where a statistic of such items lies in 95 of 100 cases: the percentile bootstrap. The items are drawn anew with replacement, so
    /// each must be a measurement of its own, such as one of the interleaved blocks.
    /// </summary>
    /// <param name="items">What was measured; at least two.</param>
    /// <param name="statistic">What is computed from such items.</param>
    /// <param name="random">Chance, seeded: the same measurements give the same interval.</param>
    public static (double Low, double High) Interval<T>(IReadOnlyList<T> items, Func<IReadOnlyList<T>, double> statistic, Random random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(items.Count, 2, nameof(items));
        var drawn = new T[items.Count];
        var found = new double[Resamples];
        for (var i = 0; i < Resamples; i++)
        {
            for (var j = 0; j < drawn.Length; j++)
            {
                drawn[j] = items[random.Next(items.Count)];
            }

            found[i] = statistic(drawn);
        }

        return (Quantile(found, 0.025), Quantile(found, 0.975));
    }
}
