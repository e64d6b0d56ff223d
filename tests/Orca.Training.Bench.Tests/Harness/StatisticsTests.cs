using CsCheck;
using Orca.Training.Bench.Harness;

namespace Orca.Training.Bench.Tests.Harness;

public sealed class StatisticsTests
{
    private static readonly Gen<double[]> Values = Gen.Double[-1e6, 1e6].Array[1, 50];

    [Theory]
    [InlineData(new[] { 3.0 }, 3)]
    [InlineData(new[] { 9.0, 1, 5 }, 5)]
    [InlineData(new[] { 4.0, 1, 3, 2 }, 2.5)]
    public void The_median_is_the_middle_in_order(double[] values, double median) => Assert.Equal(median, Statistics.Median(values));

    [Theory]
    [InlineData(0, 10)]
    [InlineData(0.25, 20)]
    [InlineData(0.99, 49.6)]
    [InlineData(1, 50)]
    public void A_quantile_lies_on_the_line_between_its_neighbours(double share, double quantile) =>
        Assert.Equal(quantile, Statistics.Quantile([50, 10, 40, 20, 30], share), 9);

    [Fact]
    public void A_quantile_never_leaves_the_values_and_grows_with_its_share() =>
        Gen.Select(Values, Gen.Double[0, 1], Gen.Double[0, 1]).Sample((values, a, b) =>
        {
            var (low, high) = (Statistics.Quantile(values, Math.Min(a, b)), Statistics.Quantile(values, Math.Max(a, b)));
            return values.Min() <= low && low <= high && high <= values.Max();
        });

    [Fact]
    public void Nothing_has_no_quantile() => Assert.Throws<ArgumentException>(() => Statistics.Quantile([], 0.5));

    [Fact]
    public void A_share_is_between_nothing_and_all() => Assert.Throws<ArgumentOutOfRangeException>(() => Statistics.Quantile([1], 99));

    [Fact]
    public void An_interval_of_what_never_varies_is_a_point() =>
        Assert.Equal((7, 7), Statistics.Interval([7.0, 7, 7, 7], Statistics.Median, new Random(1)));

    [Fact]
    public void The_same_chance_gives_the_same_interval()
    {
        double[] values = [.. Enumerable.Range(0, 30).Select(i => (double)(i * i % 17))];

        Assert.Equal(Statistics.Interval(values, Statistics.Median, new Random(3)), Statistics.Interval(values, Statistics.Median, new Random(3)));
    }

    [Fact]
    public void Nineteen_of_twenty_intervals_hold_the_truth()
    {
        // The mean of 40 values of an even spread from 0 to 1, whose truth is 0.5. With 400 tries the share is 0.95 within 0.04, at 3.6
        // standard deviations; a percentile bootstrap of 40 values holds a little less often than it says.
        var random = new Random(5);
        var holds = Enumerable.Range(0, 400).Count(_ =>
        {
            double[] values = [.. Enumerable.Range(0, 40).Select(_ => random.NextDouble())];
            var (low, high) = Statistics.Interval(values, v => v.Average(), random);
            return low <= 0.5 && 0.5 <= high;
        });

        Assert.InRange(holds / 400.0, 0.90, 0.99);
    }
}
