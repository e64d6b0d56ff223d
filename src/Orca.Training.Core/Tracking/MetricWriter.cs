using Orca.Training.Clocks;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Metrics;

namespace Orca.Training.Tracking;

/// <summary>
/// Hands the metrics that a follower reads on to their store, in batches. None is left out: a store that is slow slows the reading down, and one that
/// fails is asked again. Not thread-safe: the follower owns it, and drives it by <see cref="Look"/>.
/// </summary>
/// <remarks>
/// The store lies where jobs do, so that one that does not answer for long ends the decider's term, and the next one reads the same lines again. Only at the end
/// of an output is there a limit: a job's end does not wait for ever, and what could not be written by then is told.
/// </remarks>
internal sealed class MetricWriter(MetricWriters owner, AttemptName attempt, int rank)
{
    /// <summary>The longest that a value waits for the next batch, and the least time between two small ones.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>How many values a batch has before it goes, whatever the time.</summary>
    public const int LargestBatch = 16 * 1024;

    /// <summary>How many values wait at most, beside one batch that is being written.</summary>
    public const int MostWaiting = 4 * LargestBatch;

    /// <summary>How long the last values are tried to be written for, once the output has ended.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // An append touches a row or two of each series. An output with hundreds of them leaves the store to others in between.
    private const int FreeNames = 16;
    private static readonly TimeSpan PaceOfName = TimeSpan.FromMilliseconds(2);

    // How often a follower that waits here says that its silence is not the training's.
    private static readonly TimeSpan WaitingPeriod = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private List<MetricLine> _waiting = [];
    private List<MetricLine> _batch = [];
    private int _values;
    private int _tried;
    private long _refused;
    private Task<long>? _append;
    private TimeSpan _began = SteadyClock.LongAgo;
    private TimeSpan _notBefore = SteadyClock.LongAgo;
    private TimeSpan _looked;
    private int _failures;
    private bool _isEnding;

    /// <summary>When to <see cref="Look"/> again if nothing happens until then; null for not at all.</summary>
    public TimeSpan? DueAt =>
        _append is not null ? _looked + Period
        : _batch.Count > 0 ? _notBefore
        : _waiting.Count == 0 ? null
        : _isEnding || _values >= LargestBatch ? _notBefore
        : _began + Period;

    /// <summary>How many points are not kept by now: thinned by the store, or refused by it.</summary>
    public long LeftOut { get; private set; }

    /// <summary>How many names the output's metrics have so far.</summary>
    public int Names { get; set; }

    /// <summary>Takes a line. True: a batch is full, and <see cref="MakeRoomAsync"/> is to be called.</summary>
    public bool Add(in MetricLine line)
    {
        _waiting.Add(line);
        _values += line.Values.Count;
        return _values >= LargestBatch;
    }

    /// <summary>Takes note of what became of the last batch, and begins the next one if it is time.</summary>
    public void Look(TimeSpan now)
    {
        _looked = now;
        if (_append is { IsCompleted: true })
        {
            End(now);
        }

        if (_append is null && DueAt <= now)
        {
            Begin(now);
        }
    }

    /// <summary>Begins a batch; where very much waits already, waits itself until some of it is written.</summary>
    /// <param name="waits">Called every second of the waiting: the training goes on meanwhile, and what it says is not read.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async ValueTask MakeRoomAsync(Func<ValueTask> waits, CancellationToken cancellationToken)
    {
        var now = owner.Clock.Elapsed;
        Look(now);
        for (var tellAt = now + WaitingPeriod; _values >= MostWaiting;)
        {
            await NextAsync(tellAt, cancellationToken);
            if (owner.Clock.Elapsed is var then && then >= tellAt)
            {
                tellAt = then + WaitingPeriod;
                await waits();
            }
        }
    }

    /// <summary>Writes what is left, if the store takes it in time.</summary>
    public async Task FinishAsync()
    {
        _isEnding = true;
        var until = owner.Clock.Elapsed + Patience;
        Look(owner.Clock.Elapsed);
        while (DueAt is not null && !owner.Ending.IsCancellationRequested)
        {
            if (owner.Clock.Elapsed >= until)
            {
                owner.Logger.MetricsLost(_batch.Count + _waiting.Count, attempt.ToString());
                return;
            }

            await NextAsync(until, owner.Ending);
        }
    }

    /// <summary>Waits for the batch under way, or for the time of the next try.</summary>
    private async ValueTask NextAsync(TimeSpan until, CancellationToken cancellationToken)
    {
        var now = owner.Clock.Elapsed;
        if (_append is { } append)
        {
            if (!append.IsCompleted)
            {
                using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await Task.WhenAny(append, Task.Delay(until == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : until - now, owner.Time, over.Token));
                over.Cancel();
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        else if (_notBefore > now)
        {
            await Task.Delay((_notBefore < until ? _notBefore : until) - now, owner.Time, cancellationToken).Quietly();
            cancellationToken.ThrowIfCancellationRequested();
        }

        Look(owner.Clock.Elapsed);
    }

    private void Begin(TimeSpan now)
    {
        if (_batch.Count == 0)
        {
            (_batch, _waiting, _values) = (_waiting, _batch, 0);
            _tried = _batch.Count;
        }

        _began = now;
        var batch = _tried < _batch.Count ? _batch[.._tried] : _batch;
        _append = AppendAsync(batch);
        if (_append.IsCompleted)
        {
            End(now);
        }
    }

    private async Task<long> AppendAsync(List<MetricLine> batch)
    {
        var leftOut = 0L;
        await owner.Work.Run(async () => leftOut = await owner.Store.AppendAsync(attempt, rank, batch, batch[^1].Position, owner.Ending));
        return leftOut;
    }

    private void End(TimeSpan now)
    {
        var append = _append!;
        _append = null;
        if (append.IsCompletedSuccessfully)
        {
            _failures = 0;
            LeftOut = append.Result + _refused;
            Done();
            _notBefore = _began + (PaceOfName * Math.Max(0, Names - FreeNames));
            return;
        }

        if (append.Exception?.InnerException is ArgumentException refusal)
        {
            Refuse(refusal);
            return;
        }

        if (_failures++ == 0 && !owner.Ending.IsCancellationRequested)
        {
            owner.Logger.MetricsNotWritten(append.Exception?.InnerException ?? new OperationCanceledException(), attempt.ToString());
        }

        var pause = FirstPause * Math.Pow(2, Math.Min(_failures - 1, 10));
        _notBefore = now + (pause < LongestPause ? pause : LongestPause);
    }

    /// <summary>What was tried is done with.</summary>
    private void Done()
    {
        if (_tried < _batch.Count || _batch.Capacity > 2 * LargestBatch)
        {
            _batch = _batch[_tried..];
        }
        else
        {
            _batch.Clear();
        }

        _tried = _batch.Count;
    }

    /// <summary>Looks for the line that the store cannot take by halves, and leaves it out: nothing else waits for it.</summary>
    private void Refuse(ArgumentException refusal)
    {
        if (_tried > 1)
        {
            _tried /= 2;
            return;
        }

        if (_refused == 0)
        {
            owner.Logger.MetricsRefused(refusal, attempt.ToString());
        }

        _refused += _batch[0].Values.Count;
        LeftOut = Math.Max(LeftOut, _refused);
        Done();
    }
}
