using CsCheck;
using Orca.Training.Metrics.Relational;

namespace Orca.Training.Tests.Metrics;

/// <summary>How often a point is written before its row is full.</summary>
public sealed class MetricRowsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(65)]
    [InlineData(3)]
    [InlineData(700)]
    public void A_point_is_written_four_times_at_most_and_little_lies_in_rows_that_are_not_full(int batch)
    {
        var (rows, written, printed) = Append(Enumerable.Repeat(batch, 60_000 / batch));

        Assert.True(written <= 4 * printed, $"{written} points were written of {printed}");
        Assert.InRange(rows.Count, printed / MetricChunk.MaxPoints, (printed / MetricChunk.MaxPoints) + (3 * MetricRows.Fan));
    }

    [Fact]
    public void Whatever_the_batches_all_rows_that_can_still_grow_lie_within_two_full_ones_of_the_end() => Gen.Int[1, 2000].Array[1, 100].Sample(batches =>
    {
        var (rows, _, printed) = Append(batches);

        Assert.Equal(printed, rows.Sum(r => r.Count));
        Assert.All(rows.Where(r => r.Count < MetricChunk.MaxPoints).Reverse().Take(1), r => Assert.True(r.First >= printed - (2 * MetricChunk.MaxPoints)));
    });

    private static (List<MetricRow> Rows, long Written, long Printed) Append(IEnumerable<int> batches)
    {
        var (rows, written, printed) = (new List<MetricRow>(), 0L, 0L);
        foreach (var batch in batches)
        {
            List<MetricRow> tail = [.. rows.AsEnumerable().Reverse().TakeWhile(r => r.Count < MetricChunk.MaxPoints && r.First >= printed - (2 * MetricChunk.MaxPoints)).Reverse()];
            var merged = MetricRows.Merged(tail, batch);
            var first = merged > 0 ? tail[^merged].First : printed;
            var points = batch + tail.TakeLast(merged).Sum(r => r.Count);
            rows.RemoveRange(rows.Count - merged, merged);
            for (var from = 0; from < points; from += MetricChunk.MaxPoints)
            {
                rows.Add(new MetricRow(first + from, Math.Min(MetricChunk.MaxPoints, points - from), 0));
            }

            written += points;
            printed += batch;
        }

        return (rows, written, printed);
    }
}
