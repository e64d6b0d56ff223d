using Orca.Training.Clocks;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Metrics;
using Orca.Training.Progress;

namespace Orca.Training.Tracking;

/// <summary>
/// Reads one container's output to its end, however much it writes: each line goes to the log, each metric to its series, and what is
/// new in the figures is passed on at most every now and then.
/// </summary>
internal sealed class OutputFollower(TimeProvider time, LogWriters logs, MetricWriters metrics, AttemptName attempt, int rank, Func<TrainingProgress, ValueTask> heard)
{
    /// <summary>The least time between two news.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <summary>The same where nothing but numbers moves: each is a write of the job's record.</summary>
    public static readonly TimeSpan NumbersPeriod = TimeSpan.FromSeconds(1);

    // What is read at a stretch, in characters, before others have their turn. An output whose next line is always there already would keep a thread of the
    // pool to itself for as long as it floods, and few such outputs all of them.
    private const int Stretch = 64 * 1024;

    // One for all that is waited for here: the writers' own.
    private readonly SteadyClock _clock = logs.Clock;

    private readonly KnownNames _names = new();
    private LogWriter? _log;
    private MetricWriter? _metrics;
    private int _atAStretch;
    private TimeSpan? _tellAt;
    private TimeSpan _toldAt = SteadyClock.LongAgo;
    private (TimeSpan At, Task Passed)? _alarm;

    /// <param name="lines">The output after a position.</param>
    /// <param name="from">That position; not after the digest's.</param>
    /// <param name="digest">Takes in the lines after its own position.</param>
    /// <param name="reading">Ends the reading; cancelled here when something else ends it, so that a reader that is asked for a line lets go.</param>
    public async Task FollowAsync(IAsyncEnumerable<OutputLine> lines, OutputPosition from, OutputDigest digest, CancellationTokenSource reading)
    {
        var (position, digested) = (from, digest.Progress.Position);
        var reader = lines.GetAsyncEnumerator(reading.Token);
        Task<bool>? next = null;
        try
        {
            while (true)
            {
                var asked = reader.MoveNextAsync();
                if (asked.IsCompleted && _atAStretch >= Stretch)
                {
                    _atAStretch = 0;
                    next = asked.AsTask();
                    await Task.Yield();
                }
                else if (!asked.IsCompleted)
                {
                    _atAStretch = 0;
                    next = asked.AsTask();
                    while (Sooner(_tellAt, Sooner(_log?.DueAt, _metrics?.DueAt)) is { } due && !await ComesBeforeAsync(next, due, reading.Token))
                    {
                        await DoWhatIsDueAsync(digest);
                    }
                }

                if (!await (next is null ? asked : new ValueTask<bool>(next)))
                {
                    next = null;
                    break;
                }

                next = null;
                var line = reader.Current;
                position = position.Next(line.Timestamp);
                _atAStretch += LogWriter.LineOverhead + line.Text.Length;
                var says = OutputParser.Parse(line, _names);
                if (position > digested)
                {
                    digest.Take(line, says);
                }

                if (says is OutputEvent.Metric { Values.Count: > 0 } metric)
                {
                    _metrics ??= metrics.Open(attempt, rank);
                    _metrics.Names = digest.MetricCount;
                    if (_metrics.Add(MetricLine.Of(position, metric.Values)))
                    {
                        await _metrics.MakeRoomAsync(() => heard(digest.TakeNews()), reading.Token);
                        digest.LeaveOutPoints(_metrics.LeftOut);
                    }
                }

                _log ??= logs.Open(attempt, rank);
                if (_log.Add(line, position))
                {
                    await _log.MakeRoomAsync();
                }

                if (digest.HasNews)
                {
                    var tellAt = _toldAt + (digest.HasNewNames ? Period : NumbersPeriod);
                    _tellAt = _tellAt < tellAt ? _tellAt : tellAt;
                    await DoWhatIsDueAsync(digest);
                }
            }
        }
        finally
        {
            reading.Cancel();
            if (next is not null)
            {
                // A reader cannot be let go while it is asked for a line.
                await next.Quietly();
            }

            await reader.DisposeAsync();
            if (_log is not null)
            {
                await _log.FinishAsync();
            }

            if (_metrics is not null)
            {
                await _metrics.FinishAsync();
                digest.LeaveOutPoints(_metrics.LeftOut);
            }
        }
    }

    private async ValueTask DoWhatIsDueAsync(OutputDigest digest)
    {
        var now = _clock.Elapsed;
        if (_log?.DueAt <= now)
        {
            _log.Look(now);
        }

        if (_metrics?.DueAt <= now)
        {
            _metrics.Look(now);
            digest.LeaveOutPoints(_metrics.LeftOut);
        }

        // When the next line is there too, the moment comes first, or a busy output would never be told.
        if (_tellAt <= now)
        {
            _tellAt = null;
            _toldAt = now;
            await heard(digest.TakeNews());
        }
    }

    /// <summary>Whether the next line is there before a moment.</summary>
    private async ValueTask<bool> ComesBeforeAsync(Task next, TimeSpan due, CancellationToken cancellationToken)
    {
        var wait = due - _clock.Elapsed;
        if (wait <= TimeSpan.Zero)
        {
            return false;
        }

        if (!next.IsCompleted)
        {
            // Many lines can come before one moment: they share its timer.
            if (_alarm is not { } alarm || alarm.At != due)
            {
                _alarm = alarm = (due, Task.Delay(wait, time, cancellationToken));
            }

            await Task.WhenAny(next, alarm.Passed);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return next.IsCompleted;
    }

    private static TimeSpan? Sooner(TimeSpan? left, TimeSpan? right) => left is null || right < left ? right : left;
}
