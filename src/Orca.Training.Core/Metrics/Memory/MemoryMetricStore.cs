using Orca.Training.Jobs;

namespace Orca.Training.Metrics.Memory;

/// <summary>Keeps metrics in memory, of the jobs that had some last: beside a job store in memory, which does not keep its jobs for good either.</summary>
internal sealed class MemoryMetricStore(int mostJobs = 1000) : IMetricStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<JobId, KeptJob> _jobs = [];
    private readonly Queue<JobId> _order = new();

    public bool IsShared => false;

    public ValueTask AppendAsync(AttemptName attempt, int rank, IReadOnlyList<MetricLine> lines, OutputPosition end, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lines);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var output = OutputOf(attempt.Attempt, rank);
            var points = MetricAccumulation.PointsOf(lines.Where(l => l.Position > output.End), output.Series.ToDictionary(s => s.Key, s => (long)s.Value.Count, StringComparer.Ordinal));
            foreach (var (name, added) in points)
            {
                if (!output.Series.TryGetValue(name, out var series))
                {
                    output.Series[name] = series = [];
                }

                series.AddRange(added);
            }

            output.End = end > output.End ? end : output.End;
        }

        return ValueTask.CompletedTask;
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
                        new MetricName(job, o.Key.Attempt, o.Key.Rank, s.Key), s.Value.Count, s.Value[^1], s.Value.Min(p => p.Value), s.Value.Max(p => p.Value))))
                    .OrderBy(s => s.Metric.Attempt).ThenBy(s => s.Metric.Rank).ThenBy(s => s.Metric.Name, StringComparer.Ordinal),
            ]);
        }
    }

    public ValueTask<IReadOnlyList<MetricPoint>> ReadAsync(MetricName series, MetricRange range, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var points = _jobs.GetValueOrDefault(series.Job)?.Outputs.GetValueOrDefault((series.Attempt, series.Rank))?.Series.GetValueOrDefault(series.Name) ?? [];
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
            _jobs.Remove(job);
        }

        return ValueTask.CompletedTask;
    }

    private KeptOutput OutputOf(AttemptId attempt, int rank)
    {
        if (!_jobs.TryGetValue(attempt.Job, out var job))
        {
            while (_jobs.Count >= mostJobs && _order.TryDequeue(out var oldest))
            {
                _jobs.Remove(oldest);
            }

            _jobs[attempt.Job] = job = new KeptJob();
            _order.Enqueue(attempt.Job);
        }

        if (!job.Outputs.TryGetValue((attempt.Number, rank), out var output))
        {
            job.Outputs[(attempt.Number, rank)] = output = new KeptOutput();
        }

        return output;
    }

    private sealed class KeptJob
    {
        public Dictionary<(int Attempt, int Rank), KeptOutput> Outputs { get; } = [];
    }

    private sealed class KeptOutput
    {
        public OutputPosition End { get; set; }

        public Dictionary<string, List<MetricPoint>> Series { get; } = new(StringComparer.Ordinal);
    }
}
