using Microsoft.Extensions.Logging;
using Orca.Training.Clocks;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Queueing;
using Orca.Training.Scheduling.Facts;

namespace Orca.Training.Tracking;

/// <summary>
/// One term as the decider: feeds the step with what happens, gives its commands to the store in batches, and has its other
/// effects carried out. All that it knows is lost with it; the next term finds it again in the store and on the machines.
/// </summary>
internal sealed class DeciderTerm(
    TrackerCore core,
    EffectRunner effects,
    Inbox inbox,
    IJobStore store,
    Fence fence,
    QueueView queue,
    TimeProvider time,
    TrainingMetrics metrics,
    ILogger logger)
{
    // So many events are taken before the store gets their commands: a bound on the delay that a batch costs its first command.
    private const int MostEvents = 512;
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly SteadyClock _clock = new(time);
    private readonly List<TrackerEffect> _wanted = [];
    private readonly List<JobCommand> _commands = [];
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _commit = Task.CompletedTask;
    private bool _isDraining;
    private long _timerTicks = long.MinValue;
    private Func<IReadOnlyList<PoolFacts>>? _pools;

    /// <summary>Completes when everything open has ended, after a <see cref="TrackerEvent.Drain"/>; cancelled when the term ends before.</summary>
    public Task Idle => _idle.Task;

    /// <summary>The settings have changed; the pools are asked for when the step takes it in.</summary>
    public void Configure(Func<IReadOnlyList<PoolFacts>> pools)
    {
        Volatile.Write(ref _pools, pools);
        inbox.Wake();
    }

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="StaleFenceException">Another decider has taken over.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stopFeed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var timer = time.CreateTimer(_ => TimerFired(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var feed = Task.CompletedTask;
        try
        {
            var cursor = await LoadAsync(cancellationToken);
            feed = FeedAsync(cursor, stopFeed.Token);
            while (true)
            {
                TakeEvents();
                await DispatchAsync(cancellationToken);
                if (_isDraining && core.IsIdle)
                {
                    _idle.TrySetResult();
                }

                if (feed.IsCompleted)
                {
                    // It never ends by itself: what ended it ends the term.
                    await feed;
                }

                SetTimer(timer);
                await inbox.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            _idle.TrySetCanceled(CancellationToken.None);
            stopFeed.Cancel();
            await feed.Quietly();
            await _commit.Quietly();
        }
    }

    private void SetTimer(ITimer timer)
    {
        var next = core.NextTick;
        if (next.Ticks != Volatile.Read(ref _timerTicks))
        {
            Volatile.Write(ref _timerTicks, next.Ticks);
            var wait = next - _clock.Elapsed;
            timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>A timer may fire a little before its time, when nothing is due yet: then it has to be set again.</summary>
    private void TimerFired()
    {
        Volatile.Write(ref _timerTicks, long.MinValue);
        inbox.Wake();
    }

    private async Task<ChangeCursor> LoadAsync(CancellationToken cancellationToken)
    {
        var open = await store.ReadOpenJobsAsync(cancellationToken);
        Step(new TrackerEvent.Loaded(open.Jobs));
        return open.Cursor;
    }

    /// <summary>Passes the store's changes on, in order, until cancelled: nothing else brings a submission or a cancellation here.</summary>
    private async Task FeedAsync(ChangeCursor cursor, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                cursor = await ReadOnAsync(cursor, cancellationToken);
            }
        }
        finally
        {
            inbox.Wake();
        }
    }

    private async ValueTask<ChangeCursor> ReadOnAsync(ChangeCursor cursor, CancellationToken cancellationToken)
    {
        try
        {
            var page = await store.ReadChangesAsync(cursor, cancellationToken);
            if (!page.IsTruncated)
            {
                await inbox.PostAsync(new TrackerEvent.Changed(page.Changes), cancellationToken);
                return page.Next;
            }

            var open = await store.ReadOpenJobsAsync(cancellationToken);
            await inbox.PostAsync(new TrackerEvent.Loaded(open.Jobs), cancellationToken);
            return open.Cursor;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.FeedFailed(e, PauseAfterFailure);
            await Task.Delay(PauseAfterFailure, time, cancellationToken);
            return cursor;
        }
    }

    private void TakeEvents()
    {
        if (Interlocked.Exchange(ref _pools, null) is { } pools)
        {
            Step(new TrackerEvent.Configured(pools()));
        }

        for (var i = 0; i < MostEvents && inbox.TryTake(out var happened); i++)
        {
            _isDraining |= happened is TrackerEvent.Drain;
            Show(happened!);
            Step(happened!);
        }
    }

    /// <summary>The view of the queue learns of machines what the change feed does not tell.</summary>
    private void Show(TrackerEvent happened)
    {
        switch (happened)
        {
            case TrackerEvent.Described e:
                queue.Offer(new MachineFacts(e.Machine, e.Total));
                break;
            case TrackerEvent.Listed e:
                queue.Reach(e.Machine, isReached: true);
                break;
            case TrackerEvent.ListFailed e:
                queue.Reach(e.Machine, isReached: false);
                break;
            default:
                break;
        }
    }

    /// <exception cref="StepFailedException">It threw. What it left half done is not to be gone on with: the term is over.</exception>
    private void Step(TrackerEvent happened)
    {
        try
        {
            core.Step(happened, _clock.Now, _wanted);
        }
#pragma warning disable CA1031 // Whatever it is, who decides anew has to know which job it was about.
        catch (Exception e)
#pragma warning restore CA1031
        {
            throw new StepFailedException(happened.GetType().Name, core.At, e);
        }
    }

    /// <summary>Starts all effects; as long as the store answers at once, its answers are stepped at once.</summary>
    private async ValueTask DispatchAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach (var effect in _wanted)
            {
                if (effect is TrackerEffect.Commit commit)
                {
                    _commands.Add(commit.Command);
                }
                else
                {
                    effects.Run(effect);
                }
            }

            _wanted.Clear();
            if (_commit.IsFaulted)
            {
                await _commit;
            }

            if (_commands.Count == 0 || !_commit.IsCompleted)
            {
                return;
            }

            var batch = _commands.ToArray();
            _commands.Clear();
            var answer = ApplyAsync(batch, cancellationToken);
            if (!answer.IsCompletedSuccessfully)
            {
                _commit = PostAnswersAsync(answer, batch, cancellationToken);
                return;
            }

            var results = answer.Result;
            for (var i = 0; i < batch.Length; i++)
            {
                Step(Answer(batch, results, i));
            }
        }
    }

    private async ValueTask<IReadOnlyList<CommandResult>?> ApplyAsync(JobCommand[] batch, CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        try
        {
            var results = await store.ApplyAsync(batch, fence, cancellationToken);
            metrics.Committed(time.GetElapsedTime(asked), batch.Length);
            return results;
        }
        catch (Exception e) when (e is not StaleFenceException && !cancellationToken.IsCancellationRequested)
        {
            metrics.Committed(time.GetElapsedTime(asked), batch.Length, e);
            logger.CommitFailed(e, batch.Length);
            return null;
        }
    }

    private async Task PostAnswersAsync(ValueTask<IReadOnlyList<CommandResult>?> answer, JobCommand[] batch, CancellationToken cancellationToken)
    {
        try
        {
            var results = await answer;
            for (var i = 0; i < batch.Length; i++)
            {
                await inbox.PostAsync(Answer(batch, results, i), cancellationToken);
            }
        }
        finally
        {
            // What was wanted meanwhile goes with the next batch.
            inbox.Wake();
        }
    }

    private static TrackerEvent Answer(JobCommand[] batch, IReadOnlyList<CommandResult>? results, int index)
    {
        var command = (JobCommand.OnJob)batch[index];
        if (results is null)
        {
            return new TrackerEvent.CommitFailed(command);
        }

        return new TrackerEvent.Committed(command, results[index]);
    }
}
