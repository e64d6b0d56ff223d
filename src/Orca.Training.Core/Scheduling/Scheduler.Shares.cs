using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Scheduling;

/// <summary>What pools use of machines. Nothing is changed by asking.</summary>
internal sealed partial class Scheduler
{
    /// <summary>What a pool owns and uses of each machine that it may use, in the order of the machines; none for a pool that is unknown.</summary>
    public IReadOnlyList<(Inventory Machine, Resources Owned, Resources Used, int Open)> SharesOf(string pool) => !_pools.TryGetValue(pool, out var found)
        ? []
        : [.. found.Rooms.Select(room => (room.Inventory, room.OwnedBy(found), room.UsedBy(found), room.Attempts.Values.Count(a => a.Pool == found)))];
}
