using CsCheck;
using Orca.Training.Metrics;

namespace Orca.Training.Tests.Metrics;

/// <summary>Fewer points that show the same.</summary>
public sealed class DownsamplingTests
{
    private static readonly Gen<MetricPoint[]> AnySeries = Gen.Select(Gen.Int[0, 3000], Gen.Int[1, 50], Gen.Int[0, 1000])
        .Select((count, range, seed) =>
        {
            var random = new Random(seed);
            return Enumerable.Range(0, count).Select(i => new MetricPoint(i, random.Next(range), i)).ToArray();
        });

    [Fact]
    public void No_more_than_asked_for_are_left_in_their_order_with_the_first_the_last_the_least_and_the_greatest() =>
        Gen.Select(AnySeries, Gen.Int[2, 200]).Sample((points, most) =>
        {
            var kept = Downsampling.Of(points, most);

            Assert.True(kept.Count <= Math.Max(most, 0) || kept.Count == points.Length);
            Assert.Equal(kept.OrderBy(p => p.Step), kept);
            Assert.Equal(kept.Distinct(), kept);
            if (points.Length > 0)
            {
                Assert.Equal((points[0], points[^1]), (kept[0], kept[^1]));
            }

            if (most >= 4 && points.Length > 0)
            {
                Assert.Equal(points.Max(p => p.Value), kept.Max(p => p.Value));
                Assert.Equal(points.Min(p => p.Value), kept.Min(p => p.Value));
            }
        });

    [Fact]
    public void All_are_left_where_they_are_few_enough_or_no_bound_is_given() =>
        AnySeries.Sample(points =>
        {
            Assert.Same(points, Downsampling.Of(points, 0));
            Assert.Same(points, Downsampling.Of(points, points.Length + 2));
        });
}
