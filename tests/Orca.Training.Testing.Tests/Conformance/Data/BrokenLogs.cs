using System.Collections.Concurrent;
using Orca.Training.Jobs;
using Orca.Training.Logs;
using Orca.Training.Machines;
using Orca.Training.Testing.Conformance.Logs;

namespace Orca.Training.Testing.Tests.Conformance.Data;

/// <summary>Log stores with one mistake each.</summary>
internal static class BrokenLogs
{
    public sealed class TrimsLines(ILogStore inner) : PassingLogs(inner)
    {
        public override ValueTask AppendAsync(AttemptName attempt, int rank, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken) =>
            base.AppendAsync(attempt, rank, [.. entries.Select(e => e with { Text = e.Text.TrimEnd() })], cancellationToken);
    }

    public sealed class CutsWhatIsTooLong(ILogStore inner) : PassingLogs(inner)
    {
        public override ValueTask AppendAsync(AttemptName attempt, int rank, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken) =>
            base.AppendAsync(attempt, rank, [.. entries.Select(e => e with { Text = e.Text[..Math.Min(e.Text.Length, LogEntry.MaxTextLength)] })], cancellationToken);
    }

    public sealed class MixesTheRanks(ILogStore inner) : PassingLogs(inner)
    {
        public override ValueTask AppendAsync(AttemptName attempt, int rank, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken) =>
            base.AppendAsync(attempt, rank: 0, entries, cancellationToken);

        public override ValueTask<IReadOnlyList<LogEntry>> ReadAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
            base.ReadAsync(attempt, rank: 0, after, cancellationToken);
    }

    public sealed class ComparesTimesAlone(ILogStore inner) : PassingLogs(inner)
    {
        public override async ValueTask AppendAsync(AttemptName attempt, int rank, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken)
        {
            var end = await GetEndAsync(attempt, rank, cancellationToken);
            await base.AppendAsync(attempt, rank, [.. entries.Where(e => e.Position.Timestamp > end.Timestamp)], cancellationToken);
        }
    }

    public sealed class ReadsTheLineAtAPositionAgain(ILogStore inner) : PassingLogs(inner)
    {
        public override ValueTask<IReadOnlyList<LogEntry>> ReadAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
            base.ReadAsync(attempt, rank, after with { Lines = Math.Max(0, after.Lines - 1) }, cancellationToken);
    }

    public sealed class ForgetsTheLastOfABatch(ILogStore inner) : PassingLogs(inner)
    {
        public override ValueTask AppendAsync(AttemptName attempt, int rank, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken) =>
            base.AppendAsync(attempt, rank, [.. entries.Take(Math.Max(1, entries.Count - 1))], cancellationToken);
    }

    public sealed class RefusesWhatIsThere(ILogStore inner) : PassingLogs(inner)
    {
        public override async ValueTask AppendAsync(AttemptName attempt, int rank, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken)
        {
            var end = await GetEndAsync(attempt, rank, cancellationToken);
            if (entries.Any(e => e.Position <= end))
            {
                throw new IOException("That was written already.");
            }

            await base.AppendAsync(attempt, rank, entries, cancellationToken);
        }
    }

    public sealed class CountsBothOutputs(ILogStore inner) : PassingLogs(inner)
    {
        public override ValueTask<OutputPosition> FindLastAsync(AttemptName attempt, int rank, long count, OutputStream? stream, CancellationToken cancellationToken) =>
            base.FindLastAsync(attempt, rank, count, stream: null, cancellationToken);
    }

    public sealed class NeverWakesWhoWaits(ILogStore inner) : PassingLogs(inner)
    {
        public override async ValueTask WaitAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken)
        {
            if ((await ReadAsync(attempt, rank, after, cancellationToken)).Count == 0)
            {
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            }
        }
    }

    public sealed class EndsNoWait(ILogStore inner) : PassingLogs(inner)
    {
        public override ValueTask WaitAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
            base.WaitAsync(attempt, rank, after, CancellationToken.None);
    }

    public sealed class KeepsWhatIsRemoved(ILogStore inner) : PassingLogs(inner)
    {
        public override ValueTask RemoveAsync(InstallationId installation, JobId job, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }

    public sealed class RemovesByPrefix(ILogStore inner) : PassingLogs(inner)
    {
        private readonly ConcurrentDictionary<AttemptName, bool> _seen = new();

        public override ValueTask AppendAsync(AttemptName attempt, int rank, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken)
        {
            _seen[attempt] = true;
            return base.AppendAsync(attempt, rank, entries, cancellationToken);
        }

        public override async ValueTask RemoveAsync(InstallationId installation, JobId job, CancellationToken cancellationToken)
        {
            foreach (var seen in _seen.Keys.Where(a => a.Installation == installation && a.Attempt.Job.ToString().StartsWith(job.ToString(), StringComparison.Ordinal)))
            {
                await base.RemoveAsync(installation, seen.Attempt.Job, cancellationToken);
            }
        }
    }

    public sealed class MissesWhatIsGone(ILogStore inner) : PassingLogs(inner)
    {
        private readonly ConcurrentDictionary<JobId, bool> _there = new();

        public override ValueTask AppendAsync(AttemptName attempt, int rank, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken)
        {
            _there[attempt.Attempt.Job] = true;
            return base.AppendAsync(attempt, rank, entries, cancellationToken);
        }

        public override ValueTask RemoveAsync(InstallationId installation, JobId job, CancellationToken cancellationToken) =>
            _there.TryRemove(job, out _) ? base.RemoveAsync(installation, job, cancellationToken) : throw new IOException("There is no such log.");
    }

    public sealed class RemembersWhereARemovedLogEnded(ILogStore inner) : PassingLogs(inner)
    {
        private readonly ConcurrentDictionary<(AttemptName, int), OutputPosition> _ends = new();

        public override async ValueTask AppendAsync(AttemptName attempt, int rank, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken)
        {
            var end = _ends.GetValueOrDefault((attempt, rank));
            await base.AppendAsync(attempt, rank, [.. entries.Where(e => e.Position > end)], cancellationToken);
            _ends[(attempt, rank)] = await GetEndAsync(attempt, rank, cancellationToken) is var now && now > end ? now : end;
        }
    }

    /// <summary>Its removal cuts the log's lines in half before they go, and a reader sees that.</summary>
    public sealed class ShowsHalfLinesOfWhatItRemoves(ILogStore inner) : PassingLogs(inner)
    {
        private readonly TaskCompletionSource _seen = new();
        private volatile bool _isTorn;

        public override async ValueTask<IReadOnlyList<LogEntry>> ReadAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken)
        {
            var isTorn = _isTorn;
            var page = await base.ReadAsync(attempt, rank, after, cancellationToken);
            if (!isTorn || page.Count == 0)
            {
                return page;
            }

            _seen.TrySetResult();
            return [.. page.Select(e => e with { Text = e.Text[..(e.Text.Length / 2)] })];
        }

        public override async ValueTask RemoveAsync(InstallationId installation, JobId job, CancellationToken cancellationToken)
        {
            _isTorn = true;
            await _seen.Task.WaitAsync(cancellationToken);
            await base.RemoveAsync(installation, job, cancellationToken);
        }
    }
}
