using Orca.Training.Jobs;
using Orca.Training.Logs;
using Orca.Training.Machines;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>A log store that passes on what it is asked, for those that differ in one thing.</summary>
internal abstract class PassingLogs(ILogStore inner) : ILogStore
{
    public bool IsShared => inner.IsShared;

    public virtual ValueTask AppendAsync(AttemptName attempt, int rank, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken) =>
        inner.AppendAsync(attempt, rank, entries, cancellationToken);

    public virtual ValueTask<OutputPosition> GetEndAsync(AttemptName attempt, int rank, CancellationToken cancellationToken) =>
        inner.GetEndAsync(attempt, rank, cancellationToken);

    public virtual ValueTask<IReadOnlyList<LogEntry>> ReadAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
        inner.ReadAsync(attempt, rank, after, cancellationToken);

    public virtual ValueTask<OutputPosition> FindLastAsync(AttemptName attempt, int rank, long count, OutputStream? stream, CancellationToken cancellationToken) =>
        inner.FindLastAsync(attempt, rank, count, stream, cancellationToken);

    public virtual ValueTask WaitAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
        inner.WaitAsync(attempt, rank, after, cancellationToken);

    public virtual ValueTask RemoveAsync(InstallationId installation, JobId job, CancellationToken cancellationToken) =>
        inner.RemoveAsync(installation, job, cancellationToken);
}

/// <summary>A disk that gives nothing back.</summary>
internal sealed class UnreadableLogs(ILogStore inner) : PassingLogs(inner)
{
    public override ValueTask<IReadOnlyList<LogEntry>> ReadAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
        throw new IOException("Input/output error");
}

/// <summary>Knows how many wait for a log's next line.</summary>
internal sealed class CountedWaits
{
    private readonly TaskCompletionSource _begun = new();
    private readonly TaskCompletionSource _ended = new();

    public ILogStore On(ILogStore inner) => new Counting(this, inner);

    /// <summary>Waits until somebody began to wait, and no longer does.</summary>
    public async Task AllEndedAsync(CancellationToken cancellationToken)
    {
        await _begun.Task.WaitAsync(cancellationToken);
        await _ended.Task.WaitAsync(cancellationToken);
    }

    private sealed class Counting(CountedWaits owner, ILogStore inner) : PassingLogs(inner)
    {
        public override async ValueTask WaitAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken)
        {
            owner._begun.TrySetResult();
            try
            {
                await base.WaitAsync(attempt, rank, after, cancellationToken);
            }
            finally
            {
                owner._ended.TrySetResult();
            }
        }
    }
}
