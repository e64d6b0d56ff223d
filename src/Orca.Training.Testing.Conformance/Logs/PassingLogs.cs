using Orca.Training.Jobs;
using Orca.Training.Logs;
using Orca.Training.Machines;

namespace Orca.Training.Testing.Conformance.Logs;

/// <summary>A log store that passes on what it is asked, for those that differ in one thing.</summary>
internal abstract class PassingLogs(ILogStore inner) : ILogStore
{
    public bool IsShared => Inner.IsShared;

    protected ILogStore Inner { get; } = inner;

    public virtual ValueTask AppendAsync(AttemptName attempt, int rank, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken) =>
        Inner.AppendAsync(attempt, rank, entries, cancellationToken);

    public virtual ValueTask<OutputPosition> GetEndAsync(AttemptName attempt, int rank, CancellationToken cancellationToken) =>
        Inner.GetEndAsync(attempt, rank, cancellationToken);

    public virtual ValueTask<IReadOnlyList<LogEntry>> ReadAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
        Inner.ReadAsync(attempt, rank, after, cancellationToken);

    public virtual ValueTask<OutputPosition> FindLastAsync(AttemptName attempt, int rank, long count, OutputStream? stream, CancellationToken cancellationToken) =>
        Inner.FindLastAsync(attempt, rank, count, stream, cancellationToken);

    public virtual ValueTask WaitAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
        Inner.WaitAsync(attempt, rank, after, cancellationToken);

    public virtual ValueTask RemoveAsync(InstallationId installation, JobId job, CancellationToken cancellationToken) =>
        Inner.RemoveAsync(installation, job, cancellationToken);
}
