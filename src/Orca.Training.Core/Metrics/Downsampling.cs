using System.Runtime.InteropServices;

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

        var all = Span(points);
        var kept = new List<MetricPoint>(maxPoints) { all[0] };
        var (inner, stretches) = (all.Length - 2, (maxPoints - 2) / 2);
        for (var i = 0; i < stretches; i++)
        {
            AddPeaks(all[(int)(1 + ((long)inner * i / stretches))..(int)(1 + ((long)inner * (i + 1) / stretches))], kept);
        }

        kept.Add(all[^1]);
        return kept;
    }

    /// <summary>About half of the points, at least 2: the first, the last and the peaks of short stretches.</summary>
    public static IReadOnlyList<MetricPoint> Halved(IReadOnlyList<MetricPoint> points) => Of(points, Math.Max(2, points.Count / 2));

    /// <summary>The least and the greatest point of a stretch, in their order; one where they are the same.</summary>
    public static void AddPeaks(ReadOnlySpan<MetricPoint> stretch, List<MetricPoint> kept)
    {
        if (stretch.IsEmpty)
        {
            return;
        }

        var (least, greatest) = (0, 0);
        for (var i = 1; i < stretch.Length; i++)
        {
            least = stretch[i].Value < stretch[least].Value ? i : least;
            greatest = stretch[i].Value > stretch[greatest].Value ? i : greatest;
        }

        kept.Add(stretch[Math.Min(least, greatest)]);
        if (least != greatest)
        {
            kept.Add(stretch[Math.Max(least, greatest)]);
        }
    }

    // A call through an interface for each of a million points would be most of what this takes.
    private static ReadOnlySpan<MetricPoint> Span(IReadOnlyList<MetricPoint> points) => points switch
    {
        List<MetricPoint> list => CollectionsMarshal.AsSpan(list),
        MetricPoint[] array => array,
        _ => points.ToArray(),
    };
}
