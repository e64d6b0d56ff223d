using Orca.Training.Jobs;
using Orca.Training.Metrics;
using Orca.Training.Models;
using Orca.Training.Runs;
using Orca.Training.Testing.Conformance.Runs;

namespace Orca.Training.Testing.Tests.Conformance.Data;

/// <summary>Passes every call on to a sound store; what is broken overrides it.</summary>
internal abstract class PassingRuns(RunStores inner) : IRunStore
{
    public bool IsShared => Inner.Runs.IsShared;

    protected RunStores Inner { get; } = inner;

    public virtual ValueTask<Run?> ReadAsync(JobId job, CancellationToken cancellationToken) => Inner.Runs.ReadAsync(job, cancellationToken);

    public virtual ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken) => Inner.Runs.QueryAsync(query, cancellationToken);

    public virtual ValueTask<int> RemoveAsync(DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken) =>
        Inner.Runs.RemoveAsync(finishedBefore, limit, cancellationToken);
}

/// <summary>Passes every call on to a sound store; what is broken overrides it.</summary>
internal abstract class PassingModels(RunStores inner) : IModelStore
{
    public bool IsShared => Inner.Models.IsShared;

    protected RunStores Inner { get; } = inner;

    public virtual ValueTask<int> ReserveAsync(string name, JobId job, CancellationToken cancellationToken) => Inner.Models.ReserveAsync(name, job, cancellationToken);

    public virtual ValueTask<ModelVersion?> ResolveAsync(string name, string reference, CancellationToken cancellationToken) =>
        Inner.Models.ResolveAsync(name, reference, cancellationToken);

    public virtual ValueTask<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => Inner.Models.ListAsync(cancellationToken);

    public virtual ValueTask<IReadOnlyList<ModelVersion>> ListVersionsAsync(string name, CancellationToken cancellationToken) =>
        Inner.Models.ListVersionsAsync(name, cancellationToken);

    public virtual ValueTask<bool> SetAliasAsync(string name, string alias, int version, CancellationToken cancellationToken) =>
        Inner.Models.SetAliasAsync(name, alias, version, cancellationToken);

    public virtual ValueTask RemoveAliasAsync(string name, string alias, CancellationToken cancellationToken) => Inner.Models.RemoveAliasAsync(name, alias, cancellationToken);

    public virtual ValueTask<bool> RemoveAsync(string name, int version, CancellationToken cancellationToken) => Inner.Models.RemoveAsync(name, version, cancellationToken);
}

/// <summary>Passes every call on to a sound store; what is broken overrides it.</summary>
internal abstract class PassingMetrics(RunStores inner) : IMetricStore
{
    public bool IsShared => Inner.Metrics.IsShared;

    protected RunStores Inner { get; } = inner;

    public virtual ValueTask<long> AppendAsync(AttemptName attempt, int rank, IReadOnlyList<MetricLine> lines, OutputPosition end, CancellationToken cancellationToken) =>
        Inner.Metrics.AppendAsync(attempt, rank, lines, end, cancellationToken);

    public virtual ValueTask<OutputPosition> GetEndAsync(AttemptName attempt, int rank, CancellationToken cancellationToken) =>
        Inner.Metrics.GetEndAsync(attempt, rank, cancellationToken);

    public virtual ValueTask<IReadOnlyList<MetricSeries>> ListAsync(JobId job, CancellationToken cancellationToken) => Inner.Metrics.ListAsync(job, cancellationToken);

    public virtual ValueTask<IReadOnlyList<MetricPoint>> ReadAsync(MetricName series, MetricRange range, CancellationToken cancellationToken) =>
        Inner.Metrics.ReadAsync(series, range, cancellationToken);

    public virtual ValueTask RemoveAsync(JobId job, CancellationToken cancellationToken) => Inner.Metrics.RemoveAsync(job, cancellationToken);
}
