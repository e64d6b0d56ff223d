using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Scheduling;

/// <summary>What pools use of machines. Nothing is changed by asking.</summary>
internal sealed partial class Scheduler
{
    /// <summary>What a pool owns and uses of each machine that it may use, in the order of the machines; none for a pool that is unknown.</summary>
    public IReadOnlyList<MachineShare> SharesOf(string pool) => !_pools.TryGetValue(pool, out var found)
        ? []
        :
        [
            .. found.Rooms.Select(room => new MachineShare(
                room.Name, room.OwnedBy(found), room.UsedBy(found), room.Inventory.Total, room.Attempts.Values.Count(a => a.Pool == found))),
        ];
}

/// <summary>A machine, as a pool sees it.</summary>
/// <param name="Machine">Its name.</param>
/// <param name="Owned">What the pool owns of it.</param>
/// <param name="Used">What the trainings of the pool have of it.</param>
/// <param name="Total">What it has in all; nothing where it did not say.</param>
/// <param name="Open">How many trainings of the pool are launching or running there.</param>
internal readonly record struct MachineShare(string Machine, Resources Owned, Resources Used, Resources Total, int Open);
