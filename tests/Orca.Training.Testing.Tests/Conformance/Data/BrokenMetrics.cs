using Orca.Training.Jobs;
using Orca.Training.Metrics;
using Orca.Training.Testing.Conformance.Runs;

namespace Orca.Training.Testing.Tests.Conformance.Data;

/// <summary>Metric stores with one mistake each.</summary>
internal static class BrokenMetrics
{
    public sealed class ForgetsTheSteps(RunStores inner) : PassingMetrics(inner)
    {
        public override ValueTask<long> AppendAsync(AttemptName attempt, int rank, IReadOnlyList<MetricLine> lines, OutputPosition end, CancellationToken cancellationToken) =>
            base.AppendAsync(attempt, rank, [.. lines.Select(l => l with { Step = null })], end, cancellationToken);
    }

    public sealed class MixesTheRanks(RunStores inner) : PassingMetrics(inner)
    {
        public override ValueTask<long> AppendAsync(AttemptName attempt, int rank, IReadOnlyList<MetricLine> lines, OutputPosition end, CancellationToken cancellationToken) =>
            base.AppendAsync(attempt, 0, lines, end, cancellationToken);
    }

    public sealed class ForgetsHowFarItRead(RunStores inner) : PassingMetrics(inner)
    {
        public override ValueTask<OutputPosition> GetEndAsync(AttemptName attempt, int rank, CancellationToken cancellationToken) => ValueTask.FromResult(default(OutputPosition));
    }

    /// <summary>Numbers the lines as they come, whatever their positions.</summary>
    public sealed class AddsLinesAgain(RunStores inner) : PassingMetrics(inner)
    {
        private long _last;

        public override ValueTask<long> AppendAsync(AttemptName attempt, int rank, IReadOnlyList<MetricLine> lines, OutputPosition end, CancellationToken cancellationToken)
        {
            MetricLine[] anew = [.. lines.Select(l => l with { Position = new OutputPosition(Interlocked.Increment(ref _last), 1) })];
            return base.AppendAsync(attempt, rank, anew, new OutputPosition(Interlocked.Increment(ref _last), 1), cancellationToken);
        }
    }

    public sealed class PassesOverABatchThatBeginsWithAnOldLine(RunStores inner) : PassingMetrics(inner)
    {
        public override async ValueTask<long> AppendAsync(AttemptName attempt, int rank, IReadOnlyList<MetricLine> lines, OutputPosition end, CancellationToken cancellationToken)
        {
            var isOld = lines.Count > 0 && lines[0].Position <= await GetEndAsync(attempt, rank, cancellationToken);
            return await base.AppendAsync(attempt, rank, isOld ? [] : lines, end, cancellationToken);
        }
    }

    public sealed class ForgetsTheLastOfABatch(RunStores inner) : PassingMetrics(inner)
    {
        public override ValueTask<long> AppendAsync(AttemptName attempt, int rank, IReadOnlyList<MetricLine> lines, OutputPosition end, CancellationToken cancellationToken) =>
            base.AppendAsync(attempt, rank, [.. lines.Take(Math.Max(1, lines.Count - 1))], end, cancellationToken);
    }

    public sealed class ShowsEachSoManiethPoint(RunStores inner) : PassingMetrics(inner)
    {
        public override async ValueTask<IReadOnlyList<MetricPoint>> ReadAsync(MetricName series, MetricRange range, CancellationToken cancellationToken)
        {
            var all = await base.ReadAsync(series, range with { MaxPoints = 0 }, cancellationToken);
            var every = range.MaxPoints == 0 ? 1 : (all.Count + range.MaxPoints - 1) / range.MaxPoints;
            return [.. all.Where((_, i) => i % Math.Max(every, 1) == 0)];
        }
    }

    public sealed class ShowsAllPoints(RunStores inner) : PassingMetrics(inner)
    {
        public override ValueTask<IReadOnlyList<MetricPoint>> ReadAsync(MetricName series, MetricRange range, CancellationToken cancellationToken) =>
            base.ReadAsync(series, range with { MaxPoints = 0 }, cancellationToken);
    }

    public sealed class IgnoresTheRange(RunStores inner) : PassingMetrics(inner)
    {
        public override ValueTask<IReadOnlyList<MetricPoint>> ReadAsync(MetricName series, MetricRange range, CancellationToken cancellationToken) =>
            base.ReadAsync(series, MetricRange.All(range.MaxPoints), cancellationToken);
    }

    /// <summary>Puts a name into a path as it is.</summary>
    public sealed class TakesANameForAPath(RunStores inner) : PassingMetrics(inner)
    {
        public override ValueTask<IReadOnlyList<MetricPoint>> ReadAsync(MetricName series, MetricRange range, CancellationToken cancellationToken) =>
            base.ReadAsync(series with { Name = series.Name.Split('"')[0] }, range, cancellationToken);
    }

    /// <summary>Keeps what is too many for one container under another.</summary>
    public sealed class KeepsAnyNumberOfSeries(RunStores inner) : PassingMetrics(inner)
    {
        private const int Further = 1000;

        public override async ValueTask<long> AppendAsync(AttemptName attempt, int rank, IReadOnlyList<MetricLine> lines, OutputPosition end, CancellationToken cancellationToken)
        {
            var known = (await base.ListAsync(attempt.Attempt.Job, cancellationToken)).Where(s => s.Metric.Rank == rank).Select(s => s.Metric.Name).ToHashSet(StringComparer.Ordinal);
            await base.AppendAsync(attempt, rank, lines, end, cancellationToken);
            var further = lines.Select(l => l with { Values = l.Values.Where(v => known.Count > 0 && !known.Contains(v.Key)).ToDictionary() });
            return await base.AppendAsync(attempt, rank + Further, [.. further], end, cancellationToken);
        }
    }

    public sealed class KeepsWhatIsRemoved(RunStores inner) : PassingMetrics(inner)
    {
        public override ValueTask RemoveAsync(JobId job, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }

    public sealed class RemovesWhatIsNextToIt(RunStores inner) : PassingMetrics(inner)
    {
        public override async ValueTask RemoveAsync(JobId job, CancellationToken cancellationToken)
        {
            await base.RemoveAsync(job, cancellationToken);
            await base.RemoveAsync(new JobId(job.Value + 1), cancellationToken);
        }
    }
}
