using Microsoft.Extensions.Logging;
using Orca.Training.Clocks;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Logs;

namespace Orca.Training.Tracking;

/// <summary>What the writers of all logs share. A writer is made with a training's first line: one that prints nothing has none.</summary>
internal sealed class LogWriters(ILogStore store, TrackerWork work, TimeProvider time, ILogger logger, CancellationToken ending)
{
    public ILogStore Store => store;

    public TrackerWork Work => work;

    public TimeProvider Time => time;

    /// <summary>What is waited for here goes by it.</summary>
    public SteadyClock Clock { get; } = new(time);

    public ILogger Logger => logger;

    /// <summary>The end of the decider's term. What is not written by then is read again by the next one.</summary>
    public CancellationToken Ending => ending;

    public LogWriter Open(AttemptName attempt, int rank) => new(this, attempt, rank);

    /// <summary>
    /// Where to begin to read so that neither the log nor what follows the recorded position lacks a line. What the log has already is
    /// passed over when it is appended again.
    /// </summary>
    public ValueTask<OutputPosition> FindStartAsync(AttemptName attempt, int rank, OutputPosition recorded) =>
        recorded == default ? ValueTask.FromResult(recorded) : FindAsync(attempt, rank, recorded);

    private async ValueTask<OutputPosition> FindAsync(AttemptName attempt, int rank, OutputPosition recorded)
    {
        using var over = new CancellationTokenSource(LogWriter.Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ending, over.Token);
        try
        {
            var end = default(OutputPosition);
            await work.Run(async () => end = await store.GetEndAsync(attempt, rank, limit.Token)).OrGiveUpAsync(limit.Token);
            return end < recorded ? end : recorded;
        }
        catch (Exception e) when (!ending.IsCancellationRequested)
        {
            logger.LogUnreadable(e, attempt.ToString());
            return recorded;
        }
    }
}
