using Microsoft.Extensions.Logging;
using Orca.Training.Clocks;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Scheduling;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Facts;
using Orca.Training.Scheduling.Reasons;

namespace Orca.Training.Queueing;

/// <summary>
/// The queue as this host sees it: the decider's own fold over the change feed, on whichever host it runs. Positions and reasons cost the store nothing.
/// It decides nothing, and begins to read when it is first asked. Thread-safe.
/// </summary>
internal sealed class QueueView : IDisposable
{
    // A job that was submitted a moment ago is on its way here; after this time its answer goes without a place.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPutOff = TimeSpan.FromDays(1);

    private readonly IJobStore _store;
    private readonly QueueSettings _settings;
    private readonly TimeProvider _time;
    private readonly Func<Func<Task>, Task> _run;
    private readonly ILogger _logger;
    private readonly SteadyClock _clock;
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, MachineFacts> _machines;
    private readonly HashSet<string> _away = new(StringComparer.Ordinal);
    private readonly WaitingForOthers _others = new();
    private readonly AwaitedJobs _awaited = new();

    // Queued jobs whose needs cannot be worked out, or what they wait for.
    private readonly HashSet<JobId> _placeless = [];
    private readonly Signal _news;
    private Scheduler? _scheduler;
    private JobFold? _fold;
    private Task? _reading;
    private bool _isStale;

    /// <param name="store">Where jobs are.</param>
    /// <param name="settings">What the fold begins with.</param>
    /// <param name="time">When it is.</param>
    /// <param name="run">Has work done on the host's threads.</param>
    /// <param name="logger">Told when the feed breaks.</param>
    public QueueView(IJobStore store, QueueSettings settings, TimeProvider time, Func<Func<Task>, Task> run, ILogger logger)
    {
        (_store, _settings, _time, _run, _logger) = (store, settings, time, run, logger);
        _clock = new SteadyClock(time);
        _machines = settings.Machines.Distinct().ToDictionary(m => m, m => new MachineFacts(m, default), StringComparer.Ordinal);
        _news = new Signal(_lock);
    }

    /// <summary>Where a queued job stands; null if that is not known yet.</summary>
    public async ValueTask<QueuePlace?> FindAsync(Job job, CancellationToken cancellationToken)
    {
        if (job is not { State: JobState.Queued, CancelRequestedAt: null })
        {
            return null;
        }

        if (TryFind(job) is { } place)
        {
            return place;
        }

        AwaitedJobs.Awaited awaited;
        lock (_lock)
        {
            awaited = _awaited.Begin(job.Id);
        }

        try
        {
            return await WaitAsync(job, awaited, cancellationToken);
        }
        finally
        {
            lock (_lock)
            {
                _awaited.End(awaited);
            }
        }
    }

    /// <summary>What a pool owns and uses of each machine; none where that is not known in time.</summary>
    /// <param name="pool">Its name; empty for the implicit pool.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<IReadOnlyList<MachineShare>> SharesOfAsync(string pool, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(LongestWait, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        while (true)
        {
            Signal.Waiter news;
            lock (_lock)
            {
                _reading ??= Begin();
                if (_scheduler is not null || limit.IsCancellationRequested)
                {
                    return [.. (_scheduler?.SharesOf(pool) ?? []).Select(s => new MachineShare(s.Machine.Machine, s.Owned, s.Used, s.Machine.Total, s.Open))];
                }

                news = _news.WaitNeedsLock();
            }

            await news.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>A machine has this.</summary>
    public void Offer(MachineFacts machine)
    {
        lock (_lock)
        {
            _machines[machine.Name] = machine;
            _scheduler?.Offer(machine);
        }
    }

    /// <summary>Whether a machine answers.</summary>
    public void Reach(string machine, bool isReached)
    {
        lock (_lock)
        {
            _ = isReached ? _away.Remove(machine) : _away.Add(machine);
            _scheduler?.Reach(machine, isReached);
        }
    }

    /// <summary>The settings have changed: what jobs need, and the pools, may be something else.</summary>
    /// <remarks>What waits is read anew with the next change of any job.</remarks>
    public void Reload() => Volatile.Write(ref _isStale, true);

    public void Dispose()
    {
        _ending.Cancel();
        _settings.End();
    }

    private async ValueTask<QueuePlace?> WaitAsync(Job job, AwaitedJobs.Awaited awaited, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(LongestWait, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        if (!await IsStillQueuedAsync(job.Id, either.Token, cancellationToken))
        {
            return null;
        }

        while (!limit.IsCancellationRequested)
        {
            Signal.Waiter news;
            lock (_lock)
            {
                if (TryFind(job) is { } found)
                {
                    return found;
                }

                if (awaited.HasNoPlace || _placeless.Contains(job.Id))
                {
                    return null;
                }

                news = _news.WaitNeedsLock();
            }

            await news.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return null;
    }

    /// <summary>
    /// Whether a job is queued after somebody has begun to wait for it: whatever becomes of it from there on, the feed brings. What had happened before,
    /// the feed may have brought already, and it does not come again.
    /// </summary>
    private async ValueTask<bool> IsStillQueuedAsync(JobId job, CancellationToken limited, CancellationToken cancellationToken)
    {
        try
        {
            return await _store.ReadAsync(job, limited) is { Job: { State: JobState.Queued, CancelRequestedAt: null } };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private QueuePlace? TryFind(Job job)
    {
        lock (_lock)
        {
            _reading ??= Begin();
            if (_scheduler is null || !IsKnown(job.Id))
            {
                return null;
            }

            var now = _clock.Now;
            _scheduler.PassTime(now);
            var reasons = ReasonsOf(job, now);
            var words = reasons is null ? null : WaitWords.Sentence(reasons);
            return new QueuePlace(_scheduler.PositionOf(_fold!.FactsOf(job), now.Wall), words, reasons);
        }
    }

    /// <summary>What it does from now on belongs to no caller.</summary>
    private Task Begin()
    {
        using var apart = ExecutionContext.SuppressFlow();
        return _run(() => ReadAsync(_ending.Token));
    }

    private IReadOnlyList<WaitReason>? ReasonsOf(Job job, Now now)
    {
        try
        {
            return _scheduler!.Explain(job.Id, now);
        }
#pragma warning disable CA1031 // The policy is the host's own code: what it throws is told where it decides.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        ChangeCursor? cursor = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                cursor = cursor is { } after && !Volatile.Read(ref _isStale) ? await ReadOnAsync(after, cancellationToken) : await LoadAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever the store's error is: positions wait for it, and nothing else does.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _logger.FeedFailed(e, PauseAfterFailure);
                await Task.Delay(PauseAfterFailure, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }
    }

    private async Task<ChangeCursor> LoadAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _isStale, false);
        var open = await _store.ReadOpenJobsAsync(cancellationToken);
        lock (_lock)
        {
            _scheduler = new Scheduler(_settings.Policy, _machines.Values, _settings.Pools(), _time.GetUtcNow());
            _fold = new JobFold(_scheduler, _settings.DemandOf, _settings.PoolOf);
            _others.Clear();
            _placeless.Clear();
            foreach (var machine in _away)
            {
                _scheduler.Reach(machine, isReached: false);
            }

            Take(open.Jobs);
        }

        await LookUpAsync(cancellationToken);
        return open.Cursor;
    }

    private async Task<ChangeCursor?> ReadOnAsync(ChangeCursor after, CancellationToken cancellationToken)
    {
        var page = await _store.ReadChangesAsync(after, cancellationToken);
        if (page.IsTruncated)
        {
            return null;
        }

        lock (_lock)
        {
            Take(page.Changes);
        }

        await LookUpAsync(cancellationToken);
        return page.Next;
    }

    private void Take(IReadOnlyList<Job> jobs)
    {
        var now = _clock.Now;
        foreach (var job in jobs)
        {
            Apply(job, now);
            // Released ones wait for room alone now.
            foreach (var released in _others.End(job))
            {
                Apply(released, now);
            }
        }

        _news.RaiseNeedsLock();
    }

    private void Apply(Job job, Now now)
    {
        try
        {
            // A start that a machine deferred keeps the job from nothing but that machine.
            TimeSpan? putOff = job is { NotBefore: { } notBefore, Deferrals: 0 } ? now.Until(notBefore, LongestPutOff) : null;
            _fold!.Apply(job, isReady: !_others.Waits(job), putOff);
            _placeless.Remove(job.Id);
        }
#pragma warning disable CA1031 // A job whose needs cannot be worked out is the decider's to set aside.
        catch (Exception)
#pragma warning restore CA1031
        {
            _scheduler!.Remove(job.Id);
            _placeless.Add(job.Id);
        }

        if (!IsKnown(job.Id))
        {
            _awaited.Pass(job.Id);
        }
    }

    private bool IsKnown(JobId job) => _scheduler!.Knows(job) || _others.Knows(job);

    /// <summary>Finds out which of the jobs that others wait for had ended before this began to read.</summary>
    private async Task LookUpAsync(CancellationToken cancellationToken)
    {
        JobId[] unknown;
        lock (_lock)
        {
            unknown = _others.TakeUnknown();
        }

        for (var i = 0; i < unknown.Length; i += 512)
        {
            var readings = await _store.ReadAsync(unknown[i..Math.Min(unknown.Length, i + 512)], cancellationToken);
            lock (_lock)
            {
                Take([.. readings.Where(r => r is { Job.State: JobState.Succeeded }).Select(r => r!.Value.Job)]);
            }
        }
    }
}

/// <summary>What the view of the queue begins with.</summary>
/// <param name="Machines">The names of the machines, in the order in which they are filled.</param>
/// <param name="Policy">What fits on a machine.</param>
/// <param name="DemandOf">What an attempt of a request would be given now.</param>
/// <param name="PoolOf">The pool in which a job waits.</param>
/// <param name="Pools">The pools, as the settings are now.</param>
internal sealed record QueueSettings(
    IReadOnlyList<string> Machines,
    ICapacityPolicy Policy,
    Func<TrainingRequest, Demand> DemandOf,
    Func<Job, string> PoolOf,
    Func<IReadOnlyList<PoolFacts>> Pools)
{
    /// <summary>Called when the view ends.</summary>
    public Action End { get; init; } = static () => { };
}
