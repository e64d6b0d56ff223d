namespace Orca.Training.Metrics.Relational;

/// <summary>Points of a series that lie in one row.</summary>
/// <param name="First">The number of its first point among all that were printed of the series, from 0.</param>
/// <param name="Count">How many points it holds.</param>
/// <param name="Level">How often they were thinned to a half.</param>
internal readonly record struct MetricRow(long First, int Count, int Level);

/// <summary>
/// Which rows of a series become one. Points come in small batches: each is a row of its own at first, and sixteen rows of about a size become one of the
/// next, so that a point is written four times at most, and not with every batch again until its row is full. Pure.
/// </summary>
internal static class MetricRows
{
    /// <summary>How many rows of about a size are merged, and how much larger the next size is.</summary>
    public const int Fan = 16;

    /// <summary>How many of the last rows a further one takes in, so that all of these and it are written as one.</summary>
    /// <param name="tail">The last rows of the series that were never thinned, the last one at the end.</param>
    /// <param name="added">How many points come.</param>
    public static int Merged(IReadOnlyList<MetricRow> tail, int added)
    {
        var (merged, points) = (0, (long)added);
        while (true)
        {
            var (alike, sum) = (0, points);
            while (merged + alike < tail.Count && tail[^(merged + alike + 1)].Count is var count && Size(count) <= Size(points))
            {
                sum += count;
                alike++;
            }

            // What fills a row does not wait for a sixteenth: so little of a series lies in rows that are not full.
            if (alike == 0 || (alike < Fan - 1 && sum < MetricChunk.MaxPoints))
            {
                return merged;
            }

            (points, merged) = (sum, merged + alike);
        }
    }

    private static int Size(long count) => count < Fan ? 0 : count < Fan * Fan ? 1 : 2;
}
