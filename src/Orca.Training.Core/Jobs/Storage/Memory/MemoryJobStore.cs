using System.Security.Cryptography;

namespace Orca.Training.Jobs.Storage.Memory;

/// <summary>
/// Jobs in the process's memory, kept by state: a sorted queue, launching, running and finalized. Each new store is a new
/// installation; nothing outlives it.
/// </summary>
internal sealed partial class MemoryJobStore : IJobStore
{
    private const int PageLimit = 1024;

    // So many of the jobs that finished keep the way they went, for their watchers; of those before them only the end is kept.
    private const int KeepWays = 256;

    // Guards all below; held for moments, never over an await, and nothing foreign is called inside.
    private readonly Lock _lock = new();
    private readonly MemoryJobStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly InstallationId _installation;
    private readonly Dictionary<long, JobHistory> _jobs = [];

    // By state: the queue, sorted; launching; running; and the finalized, of each kind by itself.
    private readonly RankedSet[] _states = [.. Enum.GetValues<JobState>().Select(_ => new RankedSet())];
    private readonly Dictionary<JobKey, long> _keys = [];
    private readonly PoolCounts _pools = new();
    private readonly Queue<long> _finishedInOrder = new();
    private readonly Queue<long> _finishedLately = new();

    // No copies of jobs, or they would outlive by far their last reader: one that lags so far behind that a copy is gone gets the job as it is.
    private readonly ChangeLog<(JobHistory Job, long Revision)> _changes;

    private readonly Signal _changed;
    private long _lastId;
    private readonly long _origin;
    private Lease _lease;

    /// <summary>A new, empty store.</summary>
    /// <param name="options">What to keep.</param>
    /// <param name="time">Ends leases.</param>
    /// <param name="installation">The installation's id; drawn at random if not given.</param>
    public MemoryJobStore(MemoryJobStoreOptions options, TimeProvider time, InstallationId? installation = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        _options = new MemoryJobStoreOptions
        {
            KeepFinished = options.KeepFinished,
            KeepChanges = options.KeepChanges,
            KeepRevisions = options.KeepRevisions,
        };
        _time = time;
        _origin = time.GetTimestamp();
        _changes = new ChangeLog<(JobHistory Job, long Revision)>(_options.KeepChanges, static change => change.Job.At(change.Revision));
        _changed = new Signal(_lock);
        // Two stores must never claim each other's containers, so the id cannot be an argument's default.
        _installation = installation ?? new InstallationId(RandomNumberGenerator.GetHexString(8, lowercase: true));
    }

    /// <inheritdoc />
    public bool IsDurable => false;

    public bool IsShared => false;

    /// <inheritdoc />
    public ValueTask<InstallationId> GetInstallationAsync(CancellationToken cancellationToken) => ValueTask.FromResult(_installation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commands);
        cancellationToken.ThrowIfCancellationRequested();
        var results = new CommandResult[commands.Count];
        lock (_lock)
        {
            CheckFence(commands, fence);
            var before = _changes.Last;
            for (var i = 0; i < results.Length; i++)
            {
                results[i] = commands[i] switch
                {
                    JobCommand.Submit submit => Submit(submit),
                    JobCommand.SubmitAll all => SubmitAll(all),
                    var command => Apply((JobCommand.OnJob)command),
                };
            }

            if (_changes.Last > before)
            {
                _changed.RaiseNeedsLock();
            }
        }

        return ValueTask.FromResult<IReadOnlyList<CommandResult>>(results);
    }

    /// <inheritdoc />
    public async ValueTask<ChangePage> ReadChangesAsync(ChangeCursor after, CancellationToken cancellationToken)
    {
        while (true)
        {
            Signal.Waiter next;
            lock (_lock)
            {
                var page = _changes.Read(after.Sequence, PageLimit);
                if (page.IsTruncated || page.Changes.Count > 0)
                {
                    return page;
                }

                next = _changed.WaitNeedsLock();
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<Job>?> ReadJobChangesAsync(JobId job, long afterRevision, CancellationToken cancellationToken)
    {
        while (true)
        {
            Signal.Waiter next;
            lock (_lock)
            {
                if (!_jobs.TryGetValue(job.Value, out var history))
                {
                    return null;
                }

                if (history.Current.Revision > afterRevision)
                {
                    return history.After(afterRevision);
                }

                if (history.Current.State.IsFinal())
                {
                    return [];
                }

                next = history.WaitNeedsLock(_lock);
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    public ValueTask<OpenJobs> ReadOpenJobsAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var ids = Enum.GetValues<JobState>().Where(s => !s.IsFinal()).SelectMany(s => IdsOf(s).After(0)).Order();
            return ValueTask.FromResult(new OpenJobs([.. ids.Select(id => _jobs[id].Current)], new ChangeCursor(_changes.Last)));
        }
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<PoolCount>> CountOpenAsync(string? pool, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(_pools.Read(pool));
        }
    }

    /// <inheritdoc />
    public ValueTask<JobReading?> ReadAsync(JobId job, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_jobs.TryGetValue(job.Value, out var history))
            {
                return ValueTask.FromResult<JobReading?>(null);
            }

            return ValueTask.FromResult<JobReading?>(ReadNeedsLock(history.Current));
        }
    }

    /// <inheritdoc />
    public ValueTask<Job?> FindByKeyAsync(string? user, string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        lock (_lock)
        {
            return ValueTask.FromResult(_keys.TryGetValue(new JobKey(user ?? "", key), out var id) ? _jobs[id].Current : null);
        }
    }

    /// <inheritdoc />
    public ValueTask<Fence?> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(holder);
        lock (_lock)
        {
            // Not by the wall clock, which may jump.
            var now = _time.GetElapsedTime(_origin);
            if (_lease.Holder != holder)
            {
                if (_lease.Holder is not null && now < _lease.EndsAt)
                {
                    return ValueTask.FromResult<Fence?>(null);
                }

                _lease = _lease with { Holder = holder, Term = _lease.Term + 1 };
            }

            _lease = _lease with { EndsAt = now + duration };
            return ValueTask.FromResult<Fence?>(new Fence(_lease.Term));
        }
    }

    /// <inheritdoc />
    public ValueTask ReleaseLeaseAsync(Fence fence, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_lease.Term == fence.Term)
            {
                _lease = _lease with { Holder = null };
            }
        }

        return ValueTask.CompletedTask;
    }

    private void CheckFence(IReadOnlyList<JobCommand> commands, Fence? fence)
    {
        if (fence?.Term == _lease.Term && _lease.Term > 0)
        {
            return;
        }

        for (var i = 0; i < commands.Count; i++)
        {
            if (commands[i].NeedsFence)
            {
                throw new StaleFenceException(fence, new Fence(_lease.Term));
            }
        }
    }

    private CommandResult Submit(JobCommand.Submit submit) =>
        FindByKey(submit) is { } job ? new CommandResult(Rejection.KeyInUse, job) : new CommandResult(Rejection.None, Add(submit));

    private CommandResult SubmitAll(JobCommand.SubmitAll all)
    {
        if (FindByKey(all.Jobs[0]) is { } job)
        {
            return new CommandResult(Rejection.KeyInUse, job);
        }

        Job[] jobs = [.. all.Jobs.Select(Add)];
        return new CommandResult(Rejection.None, jobs[0]) { All = jobs };
    }

    private Job? FindByKey(JobCommand.Submit submit) =>
        JobKey.Of(submit) is { } key && _keys.TryGetValue(key, out var id) ? _jobs[id].Current : null;

    private Job Add(JobCommand.Submit submit)
    {
        var job = JobTransitions.Create(new JobId(++_lastId), submit);
        var history = new JobHistory(job);
        _jobs.Add(job.Id.Value, history);
        IdsOf(JobState.Queued).Add(job.Id.Value);
        _index.Add(job);
        _pools.Change(null, job);
        _changes.Append((history, history.Current.Revision));
        if (JobKey.Of(submit) is { } key)
        {
            _keys.Add(key, job.Id.Value);
        }

        return job;
    }

    private CommandResult Apply(JobCommand.OnJob command)
    {
        var history = _jobs.GetValueOrDefault(command.Job.Value);
        var rejection = JobTransitions.Apply(history?.Current, command, out var next);
        if (next is null)
        {
            return new CommandResult(rejection, history?.Current);
        }

        var before = history!.Current.State;
        _pools.Change(history.Current, next);
        history.ChangeNeedsLock(next, _options.KeepRevisions);
        _changes.Append((history, history.Current.Revision));
        if (before != next.State)
        {
            IdsOf(before).Remove(next.Id.Value);
            IdsOf(next.State).Add(next.Id.Value);
            if (next.State.IsFinal())
            {
                _finishedInOrder.Enqueue(next.Id.Value);
                ForgetWays(next.Id.Value);
                ForgetOldest();
            }
        }

        return new CommandResult(Rejection.None, next);
    }

    private void ForgetWays(long finished)
    {
        _finishedLately.Enqueue(finished);
        if (_finishedLately.Count > KeepWays && _jobs.TryGetValue(_finishedLately.Dequeue(), out var history))
        {
            history.ForgetWay();
        }
    }

    private void ForgetOldest()
    {
        while (_finishedInOrder.Count > _options.KeepFinished)
        {
            if (Forget(_finishedInOrder.Dequeue()) is { Attempts.Count: > 0 } job)
            {
                EvictNeedsLock(job);
            }
        }
    }

    private Job? Forget(long finished)
    {
        if (!_jobs.Remove(finished, out var history))
        {
            return null;
        }

        IdsOf(history.Current.State).Remove(finished);
        _index.Remove(history.Current);
        if (JobKey.Of(history.Current) is { } key)
        {
            _keys.Remove(key);
        }

        return history.Current;
    }

    private RankedSet IdsOf(JobState state) => _states[(int)state];

    private readonly record struct Lease(string? Holder, long Term, TimeSpan EndsAt);
}
