using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Tracking;

/// <summary>
/// What fits where the host has chosen no policy: one at a time on each machine, and, as soon as a pool owns a part of a machine, as many as the
/// resources allow. Pools may change while the host runs.
/// </summary>
internal sealed class DefaultPolicy(CurrentPools pools) : ICapacityPolicy, IRoomCheck
{
    public CapacityAnswer Fits(Resources resources, Inventory inventory) => Current.Fits(resources, inventory);

    public bool HasRoom(Resources resources, in Inventory inventory) => ((IRoomCheck)Current).HasRoom(resources, inventory);

    private ICapacityPolicy Current => pools.Settings.HasShares ? CapacityPolicies.ByResources : CapacityPolicies.OneAtATime;
}
