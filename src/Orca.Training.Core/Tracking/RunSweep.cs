using Microsoft.Extensions.Logging;
using Orca.Training.Diagnostics;
using Orca.Training.Runs;

namespace Orca.Training.Tracking;

/// <summary>Removes the runs of removed jobs after their time, a page at a time, while this host decides.</summary>
internal sealed class RunSweep(IRunStore runs, RetentionOptions retention, TimeProvider time, ILogger logger)
{
    /// <summary>So many at a time: the others who write wait for no more.</summary>
    public const int PageSize = 100;

    private readonly DateTimeOffset _began = time.GetUtcNow();
    private readonly long _beganSteady = time.GetTimestamp();

    /// <summary>Goes on until the token is cancelled.</summary>
    /// <param name="keep">How long runs are kept.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(TimeSpan keep, CancellationToken cancellationToken)
    {
        while (true)
        {
            await RemoveAsync(keep, cancellationToken);
            await Task.Delay(retention.Period, time, cancellationToken);
        }
    }

    private async Task RemoveAsync(TimeSpan keep, CancellationToken cancellationToken)
    {
        try
        {
            var (all, removed) = (0, PageSize);
            while (removed == PageSize && Earliest() is var now && now - DateTimeOffset.MinValue > keep)
            {
                removed = await runs.RemoveAsync(now - keep, PageSize, cancellationToken);
                all += removed;
            }

            if (all > 0)
            {
                logger.RunsRemoved(all);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.RunsNotRemoved(e);
        }
    }

    /// <summary>A clock that jumps ahead has nothing removed before its time.</summary>
    private DateTimeOffset Earliest()
    {
        var (wall, steady) = (time.GetUtcNow(), _began + time.GetElapsedTime(_beganSteady));
        return steady < wall ? steady : wall;
    }
}
