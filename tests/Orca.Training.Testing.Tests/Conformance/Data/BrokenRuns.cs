using Orca.Training.Jobs;
using Orca.Training.Runs;
using Orca.Training.Testing.Conformance.Runs;

namespace Orca.Training.Testing.Tests.Conformance.Data;

/// <summary>Run stores with one mistake each.</summary>
internal static class BrokenRuns
{
    public sealed class ForgetsWhatWasExecuted(RunStores inner) : PassingRuns(inner)
    {
        public override async ValueTask<Run?> ReadAsync(JobId job, CancellationToken cancellationToken) =>
            await base.ReadAsync(job, cancellationToken) is { } run ? run with { Execution = null } : null;
    }

    public sealed class BreaksOnANul(RunStores inner) : PassingRuns(inner)
    {
        public override async ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken)
        {
            var found = await base.QueryAsync(query, cancellationToken);
            return found.Any(r => r.Metrics.Keys.Any(k => k.Contains('\0', StringComparison.Ordinal))) ? throw new InvalidOperationException("unsupported Unicode escape sequence") : found;
        }
    }

    public sealed class ShowsWhatNeverRan(RunStores inner) : PassingRuns(inner)
    {
        public override async ValueTask<Run?> ReadAsync(JobId job, CancellationToken cancellationToken) =>
            await base.ReadAsync(job, cancellationToken) ?? (await Inner.Jobs.ReadAsync(job, cancellationToken) is { } found ? Run.Of(found.Job) : null);
    }

    public sealed class RemovesWhatIsTooYoung(RunStores inner) : PassingRuns(inner)
    {
        public override ValueTask<int> RemoveAsync(DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken) =>
            base.RemoveAsync(finishedBefore.AddHours(1), limit, cancellationToken);
    }

    public sealed class RemovesMoreThanIsAsked(RunStores inner) : PassingRuns(inner)
    {
        public override ValueTask<int> RemoveAsync(DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken) =>
            base.RemoveAsync(finishedBefore, limit * 2, cancellationToken);
    }

    public sealed class IgnoresOwners(RunStores inner) : PassingRuns(inner)
    {
        public override ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken) =>
            base.QueryAsync(query with { Owners = null }, cancellationToken);
    }

    public sealed class HoldsTheGreatestForTheBest(RunStores inner) : PassingRuns(inner)
    {
        public override ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken) =>
            base.QueryAsync(query with { SmallestFirst = false }, cancellationToken);
    }

    public sealed class PutsRunsWithoutTheMetricLast(RunStores inner) : PassingRuns(inner)
    {
        public override async ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken)
        {
            var found = await base.QueryAsync(query, cancellationToken);
            var rest = query.OrderBy is null ? [] : await base.QueryAsync(query with { OrderBy = null }, cancellationToken);
            return [.. found.Concat(rest.Where(r => !r.Metrics.ContainsKey(query.OrderBy!))).Take(query.Limit)];
        }
    }

    public sealed class PutsEqualOnesTheOldestFirst(RunStores inner) : PassingRuns(inner)
    {
        public override async ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken)
        {
            if (query.OrderBy is not { } metric)
            {
                return await base.QueryAsync(query, cancellationToken);
            }

            var all = (await base.QueryAsync(query with { Limit = 1000 }, cancellationToken)).OrderBy(r => r.Job);
            return [.. (query.SmallestFirst ? all.OrderBy(r => r.Metrics[metric]) : all.OrderByDescending(r => r.Metrics[metric])).Take(query.Limit)];
        }
    }

    public sealed class PutsTheMetricIntoItsOwnWords(RunStores inner) : PassingRuns(inner)
    {
        public override ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken) =>
            base.QueryAsync(query with { OrderBy = query.OrderBy?.Split('"')[0] }, cancellationToken);
    }

    public sealed class ReadsNoRecordWithANul(RunStores inner) : PassingRuns(inner)
    {
        public override async ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken)
        {
            var found = await base.QueryAsync(query, cancellationToken);
            return found.Any(r => r.Request.Name.Contains('\0', StringComparison.Ordinal)) ? throw new InvalidOperationException("It cannot be read.") : found;
        }
    }

    public sealed class RepeatsTheLastOfAPage(RunStores inner) : PassingRuns(inner)
    {
        public override ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken) =>
            base.QueryAsync(query.Before is { } before ? query with { Before = new JobId(before.Value + 1) } : query, cancellationToken);
    }

    public sealed class LimitsBeforeItLooks(RunStores inner) : PassingRuns(inner)
    {
        public override async ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken)
        {
            var wide = await base.QueryAsync(query with { Algorithm = null }, cancellationToken);
            return [.. wide.Where(r => string.IsNullOrEmpty(query.Algorithm) || r.Request.Algorithm == query.Algorithm)];
        }
    }

    public sealed class TakesAnyModel(RunStores inner) : PassingRuns(inner)
    {
        public override ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken) => base.QueryAsync(query with { ModelName = null }, cancellationToken);
    }

    public sealed class TakesAnEmptyConditionAtItsWord(RunStores inner) : PassingRuns(inner)
    {
        public override async ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken) =>
            query.Algorithm == "" ? [] : await base.QueryAsync(query, cancellationToken);
    }

    public sealed class ShowsWhatStillRuns(RunStores inner) : PassingRuns(inner)
    {
        public override ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken) =>
            base.QueryAsync(query.States.Count > 0 ? query : query with { States = Enum.GetValues<JobState>() }, cancellationToken);
    }

    public sealed class ForgetsRunsWithTheirJobs(RunStores inner) : PassingRuns(inner)
    {
        public override async ValueTask<Run?> ReadAsync(JobId job, CancellationToken cancellationToken) =>
            await Inner.Jobs.ReadAsync(job, cancellationToken) is null ? null : await base.ReadAsync(job, cancellationToken);
    }

    public sealed class FindsOnlyRunsOfJobsThatAreKept(RunStores inner) : PassingRuns(inner)
    {
        public override async ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken)
        {
            var found = await base.QueryAsync(query, cancellationToken);
            var jobs = await Inner.Jobs.ReadAsync([.. found.Select(r => r.Job)], cancellationToken);
            return [.. found.Where((_, i) => jobs[i] is not null)];
        }
    }

    public sealed class ShowsTheRemovedAfterTheOthers(RunStores inner) : PassingRuns(inner)
    {
        public override async ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken)
        {
            var found = await base.QueryAsync(query, cancellationToken);
            var jobs = await Inner.Jobs.ReadAsync([.. found.Select(r => r.Job)], cancellationToken);
            return [.. found.Index().OrderBy(r => jobs[r.Index] is null).Select(r => r.Item)];
        }
    }

    public sealed class TakesAnyLimit(RunStores inner) : PassingRuns(inner)
    {
        public override ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken) =>
            base.QueryAsync(query with { Limit = Math.Clamp(query.Limit, 1, 1000) }, cancellationToken);
    }
}
