using Orca.Training.Jobs;
using Orca.Training.Logs;
using Orca.Training.Testing.Conformance.Logs;

namespace Orca.Training.Testing.Conformance.Clients;

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
