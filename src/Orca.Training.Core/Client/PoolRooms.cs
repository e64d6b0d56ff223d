using System.Collections.Concurrent;
using Orca.Training.Jobs.Storage;
using Orca.Training.Pools;

namespace Orca.Training.Client;

/// <summary>The room in the queues of pools that have a limit.</summary>
internal sealed class PoolRooms(IJobStore jobs, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, PoolRoom> _rooms = new(StringComparer.Ordinal);

    /// <summary>Reserves room for a call's trainings, all or none.</summary>
    public async ValueTask<IDisposable?> TakeAsync(IReadOnlyList<string?> found, string? user, PoolSettings pools, CancellationToken cancellationToken)
    {
        Taken? taken = null;
        try
        {
            // Always in the same order, so that no two calls wait for each other.
            foreach (var trainings in found.OfType<string>().GroupBy(p => p, StringComparer.Ordinal).OrderBy(p => p.Key, StringComparer.Ordinal))
            {
                if (pools.Find(trainings.Key) is { } pool && (pool.MaxQueued ?? pool.MaxQueuedPerUser) is not null)
                {
                    var room = _rooms.GetOrAdd(pool.Name, static (_, made) => new PoolRoom(made.jobs, made.time), (jobs, time));
                    (taken ??= new Taken()).Add(await room.TakeAsync(pool, pools.NamesOf(pool.Name), user ?? "", trainings.Count(), cancellationToken));
                }
            }
        }
        catch
        {
            taken?.Dispose();
            throw;
        }

        Forget(pools);
        return taken;
    }

    /// <summary>Pools come and go with the settings.</summary>
    private void Forget(PoolSettings pools)
    {
        if (_rooms.Count > pools.All.Count)
        {
            foreach (var name in _rooms.Keys.Where(n => pools.Find(n) is null))
            {
                _rooms.TryRemove(name, out _);
            }
        }
    }

    private sealed class Taken : IDisposable
    {
        private readonly List<IDisposable> _parts = [];

        public void Add(IDisposable part) => _parts.Add(part);

        public void Dispose() => _parts.ForEach(p => p.Dispose());
    }
}
