namespace Orca.Training.Metrics;

/// <summary>
/// Leaves points out so that a plot of the rest looks like a plot of all: the first and the last stay, and of each stretch the least and the greatest
/// value, in their order. So no peak is lost. Pure.
/// </summary>
internal static class Downsampling
{
    /// <summary>At most so many of the points; all of them if they are no more.</summary>
    /// <param name="points">In the order of the series.</param>
    /// <param name="maxPoints">At least 2; 0 for all.</param>
    public static IReadOnlyList<MetricPoint> Of(IReadOnlyList<MetricPoint> points, int maxPoints)
    {
        if (maxPoints == 0 || points.Count <= maxPoints)
        {
            return points;
        }

        var kept = new List<MetricPoint>(maxPoints) { points[0] };
        var (inner, stretches) = (points.Count - 2, (maxPoints - 2) / 2);
        for (var i = 0; i < stretches; i++)
        {
            var (from, to) = ((int)(1 + ((long)inner * i / stretches)), (int)(1 + ((long)inner * (i + 1) / stretches)));
            AddPeaks(points, from, to, kept);
        }

        kept.Add(points[^1]);
        return kept;
    }

    /// <summary>The least and the greatest point of a stretch, in their order; one where they are the same.</summary>
    public static void AddPeaks(IReadOnlyList<MetricPoint> points, int from, int to, List<MetricPoint> kept)
    {
        if (from >= to)
        {
            return;
        }

        var (least, greatest) = (from, from);
        for (var i = from + 1; i < to; i++)
        {
            least = points[i].Value < points[least].Value ? i : least;
            greatest = points[i].Value > points[greatest].Value ? i : greatest;
        }

        kept.Add(points[Math.Min(least, greatest)]);
        if (least != greatest)
        {
            kept.Add(points[Math.Max(least, greatest)]);
        }
    }
}
