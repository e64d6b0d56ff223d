namespace Orca.Training.Testing;

/// <summary>
/// A clock that advances only when there is nothing left to do. Test and host share one thread; when both wait, the clock jumps to the next
/// timer. A test over several days takes milliseconds, and each run has the same order of events.
/// </summary>
public sealed class VirtualTime : TimeProvider
{
    // How long work that has left the test's thread, such as file I/O, is given to come back before the clock may go on.
    private const int OutsideMilliseconds = 2;
    private const int FruitlessWaits = 100;

    // How long the test may wait for something outside when no timer is left: a host's own stop leaves the thread for moments.
    private const int OutsideLimitMilliseconds = 10_000;

    // Tests that run beside this one may hold a pool thread each, and the pool adds to these only two a second.
    private const int LeastPoolThreads = 16;

    private readonly Lock _lock = new();
    private readonly PriorityQueue<(VirtualTimer Timer, long Arming), (DateTimeOffset At, long Order)> _due = new();
    private DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long _order;

    // Pool threads that are busy with nothing of the test's, and how often in a row waiting for the others brought nothing.
    private int _blocked;
    private int _fruitless;

    static VirtualTime()
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, LeastPoolThreads), completions);
    }

    private VirtualTime()
    {
    }

    /// <inheritdoc />
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc />
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    internal TaskScheduler Scheduler { get; private set; } = TaskScheduler.Default;

    /// <summary>
    /// Runs a test in its own virtual time, which starts with the year 2030 (UTC). When the test waits for something, the clock advances until it
    /// happens. Such tests can run in parallel.
    /// </summary>
    /// <param name="test">The test. It creates its host with <c>UseVirtualTime</c>.</param>
    /// <param name="limit">The maximum virtual time of the test; default 366 days.</param>
    /// <exception cref="TimeoutException">The test has not ended within the limit.</exception>
    public static Task RunAsync(Func<VirtualTime, Task> test, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(test);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                new VirtualTime().Drive(test, limit ?? TimeSpan.FromDays(366));
                done.SetResult();
            }
#pragma warning disable CA1031 // Whatever it is, the awaiting test gets it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                done.SetException(e);
            }
        })
        {
            IsBackground = true,
            Name = "virtual time",
        };
        thread.Start();
        return done.Task;
    }

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    /// <inheritdoc />
    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private void Drive(Func<VirtualTime, Task> test, TimeSpan limit)
    {
        var context = new OneThreadContext();
        SynchronizationContext.SetSynchronizationContext(context);
        Scheduler = TaskScheduler.FromCurrentSynchronizationContext();
        var end = _now + limit;
        var running = test(this);
        while (!running.IsCompleted)
        {
            // All timers of a moment fire before what follows from them, as happens at once: what is done in batches meets its batches.
            // Then, before the clock goes on, work outside is given its time.
            if (RunNextTimer(_now) || context.TryRunNext() || (IsWorkOutside() && ComesBack(context)))
            {
                continue;
            }

            if (!RunNextTimer(end) && !context.WaitForWork(OutsideLimitMilliseconds))
            {
                throw new TimeoutException($"The test has not ended at {_now:u}, and there is no timer before {end:u}.");
            }
        }

        running.GetAwaiter().GetResult();
    }

    private bool IsWorkOutside()
    {
        var busy = BusyThreads();
        return busy > _blocked || ThreadPool.PendingWorkItemCount > 0;
    }

    private static int BusyThreads()
    {
        ThreadPool.GetAvailableThreads(out var free, out _);
        ThreadPool.GetMaxThreads(out var all, out _);
        return all - free;
    }

    /// <summary>
    /// Whether work comes back from outside. The pool takes up first what it was given first, so that after a turn of our own only
    /// what runs is left to wait for.
    /// </summary>
    private bool ComesBack(OneThreadContext context)
    {
        var busy = BusyThreads();
        var turn = new TaskCompletionSource();
        ThreadPool.UnsafeQueueUserWorkItem(static t => t.SetResult(), turn, preferLocal: false);
        turn.Task.Wait(OutsideLimitMilliseconds);
        if (context.WaitForWork(OutsideMilliseconds))
        {
            // One of them worked for the test after all.
            (_blocked, _fruitless) = (Math.Max(0, Math.Min(_blocked, busy - 1)), 0);
            return true;
        }

        // Threads that stay busy and bring nothing wait for something else, such as a test runner's own: they are waited for no more.
        if (++_fruitless >= FruitlessWaits)
        {
            (_blocked, _fruitless) = (Math.Min(busy, BusyThreads()), 0);
        }

        return false;
    }

    private bool RunNextTimer(DateTimeOffset end)
    {
        if (TakeNextTimer(end) is not { } timer)
        {
            return false;
        }

        timer.Run();
        return true;
    }

    private VirtualTimer? TakeNextTimer(DateTimeOffset end)
    {
        lock (_lock)
        {
            while (_due.TryPeek(out var next, out var due))
            {
                var isCurrent = next.Timer.Arming == next.Arming;
                if (isCurrent && due.At > end)
                {
                    return null;
                }

                _due.Dequeue();
                if (isCurrent)
                {
                    _now = due.At > _now ? due.At : _now;
                    next.Timer.RearmNeedsLock();
                    return next.Timer;
                }
            }

            return null;
        }
    }

    private void ArmNeedsLock(VirtualTimer timer, TimeSpan dueTime) =>
        _due.Enqueue((timer, timer.Arming), (_now + dueTime, _order++));

    private sealed class VirtualTimer(VirtualTime clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        /// <summary>Counts the changes: an older entry in the clock's queue no longer counts.</summary>
        public long Arming { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                Arming++;
                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    clock.ArmNeedsLock(this, dueTime);
                }
            }

            return true;
        }

        public void RearmNeedsLock()
        {
            Arming++;
            if (_period > TimeSpan.Zero)
            {
                clock.ArmNeedsLock(this, _period);
            }
        }

        public void Run() => callback(state);

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
