using System.Runtime.InteropServices;
using Orca.Training.Jobs.Storage;
using Orca.Training.Pools;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>
/// The room in one pool's queue. The store counts what is queued; from there it is reckoned on for a moment, so that not each submission costs a count. What is
/// just being submitted counts as queued, so that submissions at the same time do not pass the limit together. Thread-safe.
/// </summary>
#pragma warning disable CA1001 // The semaphore's wait handle is never asked for, and nothing else of it needs an end.
internal sealed class PoolRoom(IJobStore jobs, TimeProvider time)
#pragma warning restore CA1001
{
    // Other hosts submit too: without a count of its own, a submission takes of what was left at the last count only a part.
    private const int PartOfShared = 8;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _counting = new(1, 1);
    private readonly HashSet<Coming> _coming = [];
    private readonly List<Coming> _arrived = [];
    private Dictionary<string, Line> _users = new(StringComparer.Ordinal);
    private Line _all;
    private long? _countedAt;
    private bool _isExact;
    private TaskCompletionSource? _idle;

    /// <summary>Reserves room until the result is disposed: by then the trainings are on record, or are not coming.</summary>
    /// <param name="pool">The pool, with its limits as they are now.</param>
    /// <param name="names">The names under which its jobs are on record.</param>
    /// <param name="user">Whose trainings they are; empty for an anonymous caller.</param>
    /// <param name="trainings">How many.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TrainingException">There is not enough.</exception>
    public async ValueTask<IDisposable> TakeAsync(Pool pool, IReadOnlyList<string> names, string user, int trainings, CancellationToken cancellationToken)
    {
        if (Take(pool, user, trainings, isCounted: false) is { } taken)
        {
            return taken;
        }

        while (true)
        {
            Task idle;
            await _counting.WaitAsync(cancellationToken);
            try
            {
                // Another call may have counted while this one waited.
                if (Take(pool, user, trainings, isCounted: false) is { } after)
                {
                    return after;
                }

                await CountAsync(names, cancellationToken);
                if (Take(pool, user, trainings, isCounted: true) is { } counted)
                {
                    return counted;
                }

                lock (_lock)
                {
                    if (_isExact)
                    {
                        throw Full(pool, user, trainings);
                    }

                    idle = _coming.Count == 0 ? Task.CompletedTask : (_idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                }
            }
            finally
            {
                _counting.Release();
            }

            // Some may have been counted twice, as coming and as queued. Once they are on record, it is known.
            await idle.WaitAsync(cancellationToken);
        }
    }

    private async ValueTask CountAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _arrived.Clear();
        }

        var at = time.GetTimestamp();
        var users = new Dictionary<string, Line>(StringComparer.Ordinal);
        var all = default(Line);
        foreach (var name in names)
        {
            foreach (var count in await jobs.CountOpenAsync(name, cancellationToken))
            {
                all.Count(count.Queued);
                LineOf(users, count.User ?? "").Count(count.Queued);
            }
        }

        lock (_lock)
        {
            foreach (var coming in _coming.Concat(_arrived))
            {
                all.Count(coming.Trainings);
                LineOf(users, coming.User).Count(coming.Trainings);
            }

            _isExact = _coming.Count + _arrived.Count == 0;
            (_all, _users, _countedAt) = (all, users, at);
        }
    }

    private Coming? Take(Pool pool, string user, int trainings, bool isCounted)
    {
        lock (_lock)
        {
            if (!isCounted && (_countedAt is not { } at || time.GetElapsedTime(at) >= Fresh))
            {
                return null;
            }

            ref var own = ref LineOf(_users, user);
            var part = isCounted || !jobs.IsShared ? 1 : PartOfShared;
            if (!_all.Has(trainings, pool.MaxQueued, part) || !own.Has(trainings, pool.MaxQueuedPerUser, part))
            {
                return null;
            }

            _all.Taken += trainings;
            own.Taken += trainings;
            var coming = new Coming(this, user, trainings);
            _coming.Add(coming);
            return coming;
        }
    }

    private void Arrive(Coming coming)
    {
        lock (_lock)
        {
            if (!_coming.Remove(coming))
            {
                return;
            }

            // Whether a count that goes on now sees it, is not known. Between counts it is of no use.
            if (_counting.CurrentCount == 0)
            {
                _arrived.Add(coming);
            }

            if (_coming.Count == 0)
            {
                _idle?.TrySetResult();
                _idle = null;
            }
        }
    }

    private TrainingException Full(Pool pool, string user, int trainings)
    {
        var (all, own) = (_all.Queued, LineOf(_users, user).Queued);
        return new TrainingException(
            TrainingError.ResourceExhausted,
            pool.MaxQueuedPerUser is { } mine && own + trainings > mine
                ? Invariant($"You have {own} queued trainings in the pool '{pool.Name}', and {trainings} more would exceed its limit of {mine} for a user. Wait for some to start, or cancel some.")
                : Invariant($"The pool '{pool.Name}' has {all} queued trainings, and {trainings} more would exceed its limit of {pool.MaxQueued}. Wait for some to start, or cancel some."));
    }

    private static ref Line LineOf(Dictionary<string, Line> users, string user) => ref CollectionsMarshal.GetValueRefOrAddDefault(users, user, out _)!;

    /// <summary>A queue: what was counted, and what was taken since.</summary>
    private struct Line
    {
        public int Queued { get; private set; }

        public int Taken { get; set; }

        public void Count(int trainings) => Queued += trainings;

        public readonly bool Has(int trainings, int? most, int part) => most is not { } limit || Taken + trainings <= (limit - Queued) / part;
    }

    /// <summary>Trainings that are being submitted.</summary>
    private sealed class Coming(PoolRoom room, string user, int trainings) : IDisposable
    {
        public string User => user;

        public int Trainings => trainings;

        public void Dispose() => room.Arrive(this);
    }
}
