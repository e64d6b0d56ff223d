namespace Orca.Training.Metrics;

/// <summary>
/// Turns lines into points: each value of a line is one of its series, at the step that the line names, or else at the number of the point in its series. Pure.
/// </summary>
internal static class MetricAccumulation
{
    /// <summary>The most series of a container; values under further names are left out.</summary>
    public const int MaxSeries = 256;

    /// <summary>The most points of a job; when it has more, older ones are thinned.</summary>
    public const int MaxPointsOfJob = 1 << 20;

    /// <param name="lines">In the order of their positions.</param>
    /// <param name="known">How many points of each series were printed already.</param>
    /// <returns>The new points of each series, in their order.</returns>
    public static Dictionary<string, List<MetricPoint>> PointsOf(IEnumerable<MetricLine> lines, IReadOnlyDictionary<string, long> known)
    {
        var points = new Dictionary<string, List<MetricPoint>>(StringComparer.Ordinal);
        var names = known.Count;
        foreach (var line in lines)
        {
            foreach (var (name, value) in line.Values)
            {
                if (name == MetricLine.StepName)
                {
                    continue;
                }

                var before = known.GetValueOrDefault(name, -1);
                if (!points.TryGetValue(name, out var series))
                {
                    if (before < 0 && names++ >= MaxSeries)
                    {
                        names = MaxSeries;
                        continue;
                    }

                    points[name] = series = [];
                }

                series.Add(new MetricPoint(line.Step ?? (Math.Max(before, 0) + series.Count), value, line.Position.Timestamp));
            }
        }

        return points;
    }
}
