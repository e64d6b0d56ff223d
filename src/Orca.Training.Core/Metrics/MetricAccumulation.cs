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
        var columns = new Columns();
        foreach (var line in lines)
        {
            // Nearly every line has the names of the one before.
            if (columns.TryAdd(line))
            {
                continue;
            }

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

            columns.Know(line, points, known);
        }

        return points;
    }

    /// <summary>Where each value of a line goes that has the same names as the one before.</summary>
    private sealed class Columns
    {
        private MetricNames? _names;
        private (List<MetricPoint>? Series, long Before)[] _columns = [];

        public bool TryAdd(in MetricLine line)
        {
            if (line.Values is not MetricValues values || values.Names != _names)
            {
                return false;
            }

            for (var i = 0; i < _columns.Length; i++)
            {
                var (series, before) = _columns[i];
                series?.Add(new MetricPoint(line.Step ?? (before + series.Count), values.Numbers[i], line.Position.Timestamp));
            }

            return true;
        }

        /// <summary>Takes note of where a line's values went. What was left out of it is left out of the next ones too.</summary>
        public void Know(in MetricLine line, Dictionary<string, List<MetricPoint>> points, IReadOnlyDictionary<string, long> known)
        {
            if (line.Values is MetricValues { Names: var names })
            {
                _names = names;
                _columns = new (List<MetricPoint>?, long)[names.Count];
                for (var i = 0; i < names.Count; i++)
                {
                    _columns[i] = (names[i] == MetricLine.StepName ? null : points.GetValueOrDefault(names[i]), known.GetValueOrDefault(names[i]));
                }
            }
        }
    }
}
