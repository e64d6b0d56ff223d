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
    private const int KeepWays = 4096;

    // Guards all below; held for moments, never over an await, and nothing foreign is called inside.
    private readonly Lock _lock = new();
    private readonly MemoryJobStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly InstallationId _installation;
    private readonly Dictionary<long, Entry> _jobs = [];
    private readonly RankedSet _queue = new();
    private readonly RankedSet _launching = new();
    private readonly RankedSet _running = new();
    private readonly RankedSet _finalized = new();
    private readonly Queue<long> _finishedInOrder = new();
    private readonly Queue<long> _finishedLately = new();
    private readonly ChangeLog _changes;
    private readonly Signal _changed;
    private long _lastId;
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
        _changes = new ChangeLog(_options.KeepChanges);
        _changed = new Signal(_lock);
        // Two stores must never claim each other's containers, so the id cannot be an argument's default.
        _installation = installation ?? new InstallationId(RandomNumberGenerator.GetHexString(8, lowercase: true));
    }

    /// <inheritdoc />
    public bool IsDurable => false;

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
                results[i] = commands[i] is JobCommand.Submit submit ? Add(submit) : Apply((JobCommand.OnJob)commands[i]);
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
                if (!_jobs.TryGetValue(job.Value, out var entry))
                {
                    return null;
                }

                var current = entry.Revisions.Last!.Value;
                if (current.Revision > afterRevision)
                {
                    return entry.After(afterRevision);
                }

                if (current.State.IsFinal())
                {
                    return [];
                }

                next = entry.Changed.WaitNeedsLock();
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    public ValueTask<OpenJobs> ReadOpenJobsAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var ids = _running.After(0).Concat(_launching.After(0)).Concat(_queue.After(0)).Order();
            return ValueTask.FromResult(new OpenJobs([.. ids.Select(id => _jobs[id].Current)], new ChangeCursor(_changes.Last)));
        }
    }

    /// <inheritdoc />
    public ValueTask<JobReading?> ReadAsync(JobId job, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_jobs.TryGetValue(job.Value, out var entry))
            {
                return ValueTask.FromResult<JobReading?>(null);
            }

            return ValueTask.FromResult<JobReading?>(ReadNeedsLock(entry.Current));
        }
    }

    /// <inheritdoc />
    public ValueTask<Fence?> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(holder);
        lock (_lock)
        {
            var now = _time.GetUtcNow();
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

    private CommandResult Add(JobCommand.Submit submit)
    {
        var job = JobTransitions.Create(new JobId(++_lastId), submit);
        _jobs.Add(job.Id.Value, new Entry(job, _lock));
        _queue.Add(job.Id.Value);
        _index.Add(job);
        _changes.Append(job);
        return new CommandResult(Rejection.None, job);
    }

    private CommandResult Apply(JobCommand.OnJob command)
    {
        var entry = _jobs.GetValueOrDefault(command.Job.Value);
        var rejection = JobTransitions.Apply(entry?.Current, command, out var next);
        if (next is null)
        {
            return new CommandResult(rejection, entry?.Current);
        }

        var before = entry!.Current.State;
        entry.Change(next, _options.KeepRevisions);
        _changes.Append(next);
        if (before != next.State)
        {
            MapOf(before).Remove(next.Id.Value);
            MapOf(next.State).Add(next.Id.Value);
            if (next.State.IsFinal())
            {
                _index.AddFinal(next);
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
        if (_finishedLately.Count > KeepWays && _jobs.TryGetValue(_finishedLately.Dequeue(), out var entry))
        {
            entry.KeepLast();
        }
    }

    private void ForgetOldest()
    {
        while (_finishedInOrder.Count > _options.KeepFinished)
        {
            var oldest = _finishedInOrder.Dequeue();
            _finalized.Remove(oldest);
            if (_jobs.Remove(oldest, out var entry))
            {
                _index.Remove(entry.Current);
            }
        }
    }

    private RankedSet MapOf(JobState state) => state switch
    {
        JobState.Queued => _queue,
        JobState.Launching => _launching,
        JobState.Running => _running,
        _ => _finalized,
    };

    private readonly record struct Lease(string? Holder, long Term, DateTimeOffset EndsAt);

    /// <summary>A job's newest revisions, and who waits for the next.</summary>
    private sealed class Entry
    {
        public Entry(Job job, Lock guard)
        {
            Revisions.AddLast(job);
            Changed = new Signal(guard);
        }

        public LinkedList<Job> Revisions { get; } = new();

        public Signal Changed { get; }

        public Job Current => Revisions.Last!.Value;

        public void Change(Job next, int keep)
        {
            Revisions.AddLast(next);
            if (Revisions.Count > keep)
            {
                Revisions.RemoveFirst();
            }

            Changed.RaiseNeedsLock();
        }

        public void KeepLast()
        {
            while (Revisions.Count > 1)
            {
                Revisions.RemoveFirst();
            }
        }

        public List<Job> After(long revision)
        {
            var node = Revisions.Last!;
            while (node.Previous is { } previous && previous.Value.Revision > revision)
            {
                node = previous;
            }

            var found = new List<Job>();
            for (var at = node; at is not null; at = at.Next)
            {
                found.Add(at.Value);
            }

            return found;
        }
    }
}
