using Orca.Training.Clocks;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Logs;
using Orca.Training.Machines;

namespace Orca.Training.Tracking;

/// <summary>
/// Hands the lines that a follower reads on to the log store, in batches. The store can be slow, fail or hang: then lines wait here, up
/// to a bound, and are tried again; what finds no room is lost, and one entry stands for it in the log. It never keeps the follower
/// waiting for long. Not thread-safe: the follower owns it, and drives it by <see cref="Look"/>.
/// </summary>
internal sealed class LogWriter(LogWriters owner, AttemptName attempt, int rank)
{
    /// <summary>The longest that a line waits for the next batch, and the least time between two small ones.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <summary>How large a batch grows before it goes, whatever the time; sizes are in characters.</summary>
    public const int LargestBatch = 64 * 1024;

    /// <summary>How much waits at most, beside one batch that is being written.</summary>
    public const int MostWaiting = 1024 * 1024;

    /// <summary>How long the follower waits for a slow store before lines are dropped, and for the last lines at the end.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // What a line takes beside its text.
    internal const int LineOverhead = 64;

    private const string NotWritten = "the log store did not accept them in time";

    private static readonly TimeSpan LongestAppend = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private List<LogEntry>? _waiting;
    private List<LogEntry>? _batch;
    private int _size;
    private (long Lines, OutputPosition UpTo) _lost;
    private Task? _append;
    private CancellationTokenSource? _limit;
    private TimeSpan _began = SteadyClock.LongAgo;
    private TimeSpan _notBefore = SteadyClock.LongAgo;
    private int _failures;
    private bool _isSlow;
    private TimeSpan _looked;

    /// <summary>When to <see cref="Look"/> again if nothing happens until then; null for not at all.</summary>
    public TimeSpan? DueAt =>
        _append is not null ? _looked + Period
        : _batch is { Count: > 0 } ? _notBefore
        : _waiting is { Count: > 0 } ? _began + Period
        : null;

    /// <summary>Takes a line. True: a batch is full, and <see cref="MakeRoomAsync"/> is to be called.</summary>
    public bool Add(in OutputLine line, OutputPosition position)
    {
        if (_size >= MostWaiting)
        {
            _lost = (_lost.Lines + 1, position);
            return true;
        }

        (_waiting ??= []).Add(LogEntry.Of(line, position));
        _size += LineOverhead + line.Text.Length;

        // While the one before is being written there is nothing to do for it but to wait, once very much waits.
        return _size >= LargestBatch && (_size >= MostWaiting || _append is not { IsCompleted: false });
    }

    /// <summary>Takes note of what became of the last batch, and begins the next one if it is time.</summary>
    public void Look(TimeSpan now)
    {
        _looked = now;
        if (_append is not null)
        {
            if (_append.IsCompleted)
            {
                End(_append.IsCompletedSuccessfully ? null : _append.Exception?.InnerException ?? new OperationCanceledException(), now);
            }
            else if (now - _began >= LongestAppend)
            {
                Fail(new TimeoutException($"The log store did not answer within {LongestAppend}."), now);
            }
        }

        if (_append is null && now >= _notBefore && (_batch is { Count: > 0 } || _waiting is { Count: > 0 }))
        {
            Begin(now);
        }
    }

    /// <summary>Begins a batch, and waits for a store that does not keep up, for as long as there is hope.</summary>
    public async ValueTask MakeRoomAsync()
    {
        Look(owner.Clock.Elapsed);
        if (_size < MostWaiting || _isSlow || _append is not { } append)
        {
            return;
        }

        _isSlow = !await EndsWithinAsync(append, Patience);
        Look(owner.Clock.Elapsed);
    }

    /// <summary>Writes what is left, if the store takes it in time.</summary>
    public async Task FinishAsync()
    {
        var until = owner.Clock.Elapsed + Patience;
        for (var now = owner.Clock.Elapsed; !owner.Ending.IsCancellationRequested; now = owner.Clock.Elapsed)
        {
            Look(now);
            if (DueAt is null)
            {
                return;
            }

            if (now >= until)
            {
                break;
            }

            if (_append is { } append)
            {
                await EndsWithinAsync(append, until - now);
            }
            else
            {
                var pause = _notBefore < until ? _notBefore - now : until - now;
                await Task.Delay(pause, owner.Time, owner.Ending).Quietly();
            }
        }

        _limit?.Cancel();
        if (!owner.Ending.IsCancellationRequested)
        {
            owner.Logger.LogLost((_batch?.Count ?? 0) + (_waiting?.Count ?? 0) + _lost.Lines, attempt.ToString());
        }
    }

    private void Begin(TimeSpan now)
    {
        if (_batch is not { Count: > 0 })
        {
            (_batch, _waiting, _size) = (_waiting, _batch, 0);
            if (_lost.Lines > 0)
            {
                owner.Logger.LogLost(_lost.Lines, attempt.ToString());
                _batch!.Add(LogEntry.Gap(_lost.UpTo, _lost.Lines, NotWritten));
                _lost = default;
            }
        }

        _began = now;
        _limit = CancellationTokenSource.CreateLinkedTokenSource(owner.Ending);
        var (batch, token) = (_batch!, _limit.Token);
        _append = owner.Work.Run(() => owner.Store.AppendAsync(attempt, rank, batch, token).AsTask());
        if (_append.IsCompletedSuccessfully)
        {
            End(null, now);
        }
    }

    private void End(Exception? error, TimeSpan now)
    {
        if (error is not null)
        {
            Fail(error, now);
            return;
        }

        (_append, _failures, _isSlow) = (null, 0, false);
        _limit!.Dispose();
        _limit = null;
        _batch!.Clear();
    }

    /// <summary>The batch is tried again later; what of it was written meanwhile is passed over then.</summary>
    private void Fail(Exception error, TimeSpan now)
    {
        if (_failures++ == 0)
        {
            owner.Logger.LogNotWritten(error, attempt.ToString());
        }

        // One that hangs may still read its entries: it keeps them, and the next try gets its own.
        _batch = [.. _batch!];
        _append!.Observe();
        _append = null;
        _limit!.Cancel();
        _limit = null;
        var pause = FirstPause * Math.Pow(2, Math.Min(_failures - 1, 10));
        _notBefore = now + (pause < LongestPause ? pause : LongestPause);
    }

    /// <summary>Whether it ends before a time has passed.</summary>
    private async ValueTask<bool> EndsWithinAsync(Task append, TimeSpan limit)
    {
        if (!append.IsCompleted)
        {
            using var over = new CancellationTokenSource();
            await Task.WhenAny(append, Task.Delay(limit, owner.Time, over.Token));
            over.Cancel();
        }

        return append.IsCompleted;
    }
}
