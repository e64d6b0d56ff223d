using Orca.Training.Jobs;
using Orca.Training.Logs;
using Orca.Training.Machines;
using Orca.Training.Tests.Logs;

namespace Orca.Training.Tests.Tracking;

/// <summary>A log store in memory whose next appends go as a test says.</summary>
internal sealed class FaultyLogStore(Func<int, Task> beforeAppend) : ILogStore
{
    private readonly ILogStore _inner = LogSamples.FakeStore();

    /// <summary>How many appends there were, and of how many entries in all.</summary>
    public (int Appends, int Entries) Asked { get; private set; }

    public Exception? EndIsUnknown { get; set; }

    public bool IsShared => false;

    public async ValueTask AppendAsync(AttemptName attempt, int rank, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken)
    {
        Asked = (Asked.Appends + 1, Asked.Entries + entries.Count);
        await beforeAppend(Asked.Appends);
        await _inner.AppendAsync(attempt, rank, entries, cancellationToken);
    }

    public ValueTask<OutputPosition> GetEndAsync(AttemptName attempt, int rank, CancellationToken cancellationToken) =>
        EndIsUnknown is null ? _inner.GetEndAsync(attempt, rank, cancellationToken) : throw EndIsUnknown;

    public ValueTask<IReadOnlyList<LogEntry>> ReadAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
        _inner.ReadAsync(attempt, rank, after, cancellationToken);

    public ValueTask<OutputPosition> FindLastAsync(AttemptName attempt, int rank, long count, OutputStream? stream, CancellationToken cancellationToken) =>
        _inner.FindLastAsync(attempt, rank, count, stream, cancellationToken);

    public ValueTask WaitAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
        _inner.WaitAsync(attempt, rank, after, cancellationToken);

    public ValueTask RemoveAsync(InstallationId installation, JobId job, CancellationToken cancellationToken) =>
        _inner.RemoveAsync(installation, job, cancellationToken);

    public async Task<List<LogEntry>> AllAsync(AttemptName attempt, CancellationToken cancellationToken)
    {
        var all = new List<LogEntry>();
        while (await ReadAsync(attempt, 0, all.Count == 0 ? default : all[^1].Position, cancellationToken) is { Count: > 0 } page)
        {
            all.AddRange(page);
        }

        return all;
    }
}
