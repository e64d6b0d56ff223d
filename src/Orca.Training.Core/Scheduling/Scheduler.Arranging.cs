using System.Collections.ObjectModel;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Facts;
using Orca.Training.Scheduling.Queues;
using Orca.Training.Scheduling.Rooms;

namespace Orca.Training.Scheduling;

/// <summary>Which machines and pools there are, what they have, and who may use what.</summary>
internal sealed partial class Scheduler
{
    /// <summary>The pools are these from now on. Jobs that wait in one that is gone have no machine until they are told anew.</summary>
    public void Configure(IReadOnlyList<PoolFacts> pools)
    {
        _configured = pools.Count == 0 ? [new PoolFacts("")] : pools;
        _weighedIn = null;
        foreach (var gone in _pools.Values)
        {
            gone.Facts = new PoolFacts(gone.Name) { Shares = ReadOnlyDictionary<string, Resources>.Empty };
        }

        foreach (var facts in _configured)
        {
            PoolOf(facts.Name).Facts = facts;
        }

        Arrange();
    }

    /// <summary>The machines are these from now on, in this order. Attempts on one that is gone go on and take no room.</summary>
    public void Equip(IReadOnlyList<MachineFacts> machines)
    {
        var before = _rooms.ToDictionary(r => r.Name, StringComparer.Ordinal);
        _rooms.Clear();
        foreach (var machine in machines)
        {
            var room = before.GetValueOrDefault(machine.Name) ?? new Room(machine, _rooms.Count);
            room.Place = _rooms.Count;
            _rooms.Add(room);
        }

        foreach (var (job, placed) in _placed.Where(p => Find(p.Value.Machine) != p.Value.Room).ToList())
        {
            // Its machine has gone, or has come back.
            _placed[job] = placed with { Room = Find(placed.Machine) };
            Occupy(job, _placed[job]);
        }

        Arrange();
    }

    /// <summary>A machine has this.</summary>
    public void Offer(MachineFacts machine)
    {
        if (Find(machine.Name) is { } room && room.Facts != machine)
        {
            room.Offer(machine);
            _hasOffered = true;
            CountBases();
            LookAgain();
        }
    }

    /// <summary>Whether a machine answers. One that does not is chosen only where no other has room.</summary>
    public void Reach(string machine, bool isReached)
    {
        if (Find(machine) is { } room && room.IsAway == isReached)
        {
            room.IsAway = !isReached;
            Release(room);
        }
    }

    /// <summary>Whether anything more may be started on a machine.</summary>
    public void Open(string machine, bool isOpen)
    {
        if (Find(machine) is { } room && room.IsClosed == isOpen)
        {
            room.IsClosed = !isOpen;
            room.Reserved = null;
            Release(room);
        }
    }

    /// <summary>A machine answered that it had no room after all: nothing that needs as much is tried there until then, or until something ends there.</summary>
    public void Refuse(string machine, Demand demand, TimeSpan until, string reason) =>
        Find(machine)?.Refuse(new Refusal(demand.Total, until, reason));

    private Room? Find(string machine)
    {
        foreach (var room in _rooms)
        {
            if (room.Name == machine)
            {
                return room;
            }
        }

        return null;
    }

    private void Release(Room room)
    {
        room.ReleasedAt = ++_releases;
        foreach (var pool in room.Pools)
        {
            pool.Release(_releases);
        }
    }

    /// <summary>Which pool may use which machine.</summary>
    private void Arrange()
    {
        foreach (var room in _rooms)
        {
            room.Disown();
        }

        foreach (var pool in _pools.Values)
        {
            pool.Rooms.Clear();
            pool.Rivals.Clear();
            foreach (var room in _rooms)
            {
                if (pool.Facts.Shares is null || pool.Facts.Shares.ContainsKey(room.Name))
                {
                    pool.Rooms.Add(room);
                    room.Pools.Add(pool);
                    room.Own(pool, pool.Facts.Shares?[room.Name] ?? default);
                }
            }
        }

        foreach (var pool in _pools.Values)
        {
            pool.Rivals.AddRange(pool.Rooms.SelectMany(r => r.Pools).Where(p => p != pool).Distinct());
        }

        foreach (var room in _rooms)
        {
            room.Reserved = null;
        }

        CountBases();
        LookAgain();
    }

    private void CountBases()
    {
        foreach (var pool in _pools.Values)
        {
            var basis = default(Resources);
            foreach (var room in pool.Rooms)
            {
                basis += room.OwnedBy(pool) + room.Common;
            }

            pool.Basis = basis;
        }
    }

    /// <summary>The greatest part, in millionths, that an attempt takes of any kind of what its pool can have; all of it where that is not known.</summary>
    private static long CostRateOf(PoolQueue pool, Resources given)
    {
        const long Whole = 1_000_000;
        var part = Math.Max(Part(given.Cpus, pool.Basis.Cpus), Math.Max(Part(given.MemoryBytes, pool.Basis.MemoryBytes), Part(given.Gpus, pool.Basis.Gpus)));
        return part <= 0 ? Whole : Math.Clamp((long)Math.Round(part * Whole), 1, Whole);

        static double Part(double given, double basis) => basis > 0 ? given / basis : 0;
    }
}
