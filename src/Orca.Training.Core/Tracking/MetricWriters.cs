using Microsoft.Extensions.Logging;
using Orca.Training.Clocks;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Metrics;

namespace Orca.Training.Tracking;

/// <summary>What the writers of all metrics share. A writer is made with a training's first metric: one that reports none has none.</summary>
internal sealed class MetricWriters(IMetricStore store, TrackerWork work, TimeProvider time, ILogger logger, CancellationToken ending)
{
    public IMetricStore Store => store;

    public TrackerWork Work => work;

    public TimeProvider Time => time;

    /// <summary>What is waited for here goes by it.</summary>
    public SteadyClock Clock { get; } = new(time);

    public ILogger Logger => logger;

    /// <summary>The end of the decider's term. What is not written by then is read again by the next one.</summary>
    public CancellationToken Ending => ending;

    public MetricWriter Open(AttemptName attempt, int rank) => new(this, attempt, rank);

    /// <summary>Where to begin to read so that no metric is left out, if the recorded figures are to go on.</summary>
    public async ValueTask<OutputPosition> FindStartAsync(AttemptName attempt, int rank, TrainingProgress figures)
    {
        // Where the figures have none, none was printed so far: the store has nothing, and that is no reason to read all of it again.
        var recorded = figures.Position;
        if (recorded == default || figures.Metrics.Count == 0)
        {
            return recorded;
        }

        using var over = new CancellationTokenSource(MetricWriter.Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ending, over.Token);
        try
        {
            var end = default(OutputPosition);
            await work.Run(async () => end = await store.GetEndAsync(attempt, rank, limit.Token)).OrGiveUpAsync(limit.Token);
            return end < recorded ? end : recorded;
        }
        catch (Exception e) when (!ending.IsCancellationRequested)
        {
            // From the beginning: what is there already is passed over when it is added again.
            logger.MetricsUnreadable(e, attempt.ToString());
            return default;
        }
    }
}
