using Orca.Training.Jobs;

namespace Orca.Training.Metrics.Memory;

/// <summary>
/// Keeps metrics in memory, of the jobs that had some last: beside a job store in memory, which does not keep its jobs for good either. Bounded by jobs, by
/// points of a job and by points of all.
/// </summary>
internal sealed class MemoryMetricStore(int mostJobs = 1000, int mostPointsOfJob = MetricAccumulation.MaxPointsOfJob, long mostPoints = MemoryMetricStore.UsualMostPoints) : IMetricStore
{
    /// <summary>The most points of all jobs, of 24 bytes each.</summary>
    public const long UsualMostPoints = 4L * MetricAccumulation.MaxPointsOfJob;

    // A series is left alone below this: a plot of it could show less.
    private const int LeastThinned = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<JobId, KeptJob> _jobs = [];
    private readonly Queue<JobId> _order = new();
    private long _points;

    public bool IsShared => false;

    public ValueTask<long> AppendAsync(AttemptName attempt, int rank, IReadOnlyList<MetricLine> lines, OutputPosition end, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lines);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var (job, output) = OutputOf(attempt.Attempt, rank);
            var points = MetricAccumulation.PointsOf(lines.Where(l => l.Position > output.End), output.Series.ToDictionary(s => s.Key, s => s.Value.Printed, StringComparer.Ordinal));
            foreach (var (name, added) in points)
            {
                if (!output.Series.TryGetValue(name, out var series))
                {
                    output.Series[name] = series = new KeptSeries();
                }

                series.Add(added);
                job.Points += added.Count;
                _points += added.Count;
            }

            output.End = end > output.End ? end : output.End;
            ThinNeedsLock(attempt.Attempt.Job, job);
            return ValueTask.FromResult(output.Series.Values.Sum(s => s.LeftOut));
        }
    }

    public ValueTask<OutputPosition> GetEndAsync(AttemptName attempt, int rank, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(_jobs.GetValueOrDefault(attempt.Attempt.Job)?.Outputs.GetValueOrDefault((attempt.Attempt.Number, rank))?.End ?? default);
        }
    }

    public ValueTask<IReadOnlyList<MetricSeries>> ListAsync(JobId job, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult<IReadOnlyList<MetricSeries>>(
            [
                .. (_jobs.GetValueOrDefault(job)?.Outputs ?? [])
                    .SelectMany(o => o.Value.Series.Select(s => new MetricSeries(
                        new MetricName(job, o.Key.Attempt, o.Key.Rank, s.Key), s.Value.Points.Count, s.Value.Points[^1], s.Value.Least, s.Value.Greatest, s.Value.LeftOut)))
                    .OrderBy(s => s.Metric.Attempt).ThenBy(s => s.Metric.Rank).ThenBy(s => s.Metric.Name, StringComparer.Ordinal),
            ]);
        }
    }

    public ValueTask<IReadOnlyList<MetricPoint>> ReadAsync(MetricName series, MetricRange range, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var points = _jobs.GetValueOrDefault(series.Job)?.Outputs.GetValueOrDefault((series.Attempt, series.Rank))?.Series.GetValueOrDefault(series.Name)?.Points ?? [];
            var isAll = double.IsNegativeInfinity(range.From) && double.IsPositiveInfinity(range.To);
            var wanted = isAll ? points : points.FindAll(p => p.Step >= range.From && p.Step <= range.To);
            var shown = Downsampling.Of(wanted, range.MaxPoints);

            // The series itself goes on growing.
            return ValueTask.FromResult(ReferenceEquals(shown, points) ? [.. points] : shown);
        }
    }

    public ValueTask RemoveAsync(JobId job, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            RemoveNeedsLock(job);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Of the job, older points; of all jobs, those that had some first.</summary>
    private void ThinNeedsLock(JobId id, KeptJob job)
    {
        while (job.Points > mostPointsOfJob
            && job.Outputs.Values.SelectMany(o => o.Series.Values).MaxBy(s => s.Points.Count) is { Points.Count: > LeastThinned } longest)
        {
            var thinned = longest.Thin();
            job.Points -= thinned;
            _points -= thinned;
        }

        while (_points > mostPoints && _order.Count > 1)
        {
            var oldest = _order.Dequeue();
            if (oldest == id)
            {
                _order.Enqueue(oldest);
                continue;
            }

            RemoveNeedsLock(oldest);
        }
    }

    private void RemoveNeedsLock(JobId job)
    {
        if (_jobs.Remove(job, out var removed))
        {
            _points -= removed.Points;
        }
    }

    private (KeptJob Job, KeptOutput Output) OutputOf(AttemptId attempt, int rank)
    {
        if (!_jobs.TryGetValue(attempt.Job, out var job))
        {
            while (_jobs.Count >= mostJobs && _order.TryDequeue(out var oldest))
            {
                RemoveNeedsLock(oldest);
            }

            _jobs[attempt.Job] = job = new KeptJob();
            _order.Enqueue(attempt.Job);
        }

        if (!job.Outputs.TryGetValue((attempt.Number, rank), out var output))
        {
            job.Outputs[(attempt.Number, rank)] = output = new KeptOutput();
        }

        return (job, output);
    }

    private sealed class KeptJob
    {
        public long Points { get; set; }

        public Dictionary<(int Attempt, int Rank), KeptOutput> Outputs { get; } = [];
    }

    private sealed class KeptOutput
    {
        public OutputPosition End { get; set; }

        public Dictionary<string, KeptSeries> Series { get; } = new(StringComparer.Ordinal);
    }

    private sealed class KeptSeries
    {
        public List<MetricPoint> Points { get; } = [];

        public long LeftOut { get; private set; }

        public long Printed => Points.Count + LeftOut;

        public double Least { get; private set; } = double.PositiveInfinity;

        public double Greatest { get; private set; } = double.NegativeInfinity;

        public void Add(List<MetricPoint> added)
        {
            Points.AddRange(added);
            (Least, Greatest) = (Math.Min(Least, added.Min(p => p.Value)), Math.Max(Greatest, added.Max(p => p.Value)));
        }

        /// <summary>Thins the older half, so that what is old becomes the sparser the older it is. How many points went.</summary>
        public int Thin()
        {
            var (count, older) = (Points.Count, Points.Count / 2);
            var kept = Downsampling.Halved(Points[..older]);
            Points.RemoveRange(0, older);
            Points.InsertRange(0, kept);
            LeftOut += older - kept.Count;
            return count - Points.Count;
        }
    }
}
