using System.Globalization;

namespace Orca.Training.Scheduling.Capacity;

/// <summary>The capacity policies that come with the package.</summary>
public static class CapacityPolicies
{
    /// <summary>The classic one and the default: a job starts on a machine when nothing is launching or running there.</summary>
    public static ICapacityPolicy OneAtATime { get; } = new CountPolicy(1);

    /// <summary>Up to a number of attempts at once on each machine.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public static ICapacityPolicy Jobs(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new CountPolicy(count);
    }

    /// <summary>As many attempts as the machine's processors, memory and GPUs have room for.</summary>
    public static ICapacityPolicy ByResources { get; } = new ResourcePolicy();

    private sealed class CountPolicy(int count) : ICapacityPolicy, IRoomCheck
    {
        private readonly CapacityAnswer _no = CapacityAnswer.No(
            count == 1 ? "the machine is busy with another job" : string.Create(CultureInfo.InvariantCulture, $"the machine is busy with {count} jobs, which is its limit"));

        public CapacityAnswer Fits(Resources resources, Inventory inventory) => HasRoom(resources, inventory) ? CapacityAnswer.Yes : _no;

        public bool HasRoom(Resources resources, in Inventory inventory) => inventory.Open < count;
    }

    private sealed class ResourcePolicy : ICapacityPolicy, IRoomCheck
    {
        public CapacityAnswer Fits(Resources resources, Inventory inventory)
        {
            var free = inventory.Total - inventory.Used;
            return resources.Cpus > free.Cpus ? No("processors", resources.Cpus, free.Cpus)
                : resources.MemoryBytes > free.MemoryBytes ? No("MiB of memory", resources.MemoryBytes >> 20, free.MemoryBytes >> 20)
                : resources.Gpus > free.Gpus ? No("GPUs", resources.Gpus, free.Gpus)
                : CapacityAnswer.Yes;
        }

        public bool HasRoom(Resources resources, in Inventory inventory)
        {
            var free = inventory.Total - inventory.Used;
            return resources.Cpus <= free.Cpus && resources.MemoryBytes <= free.MemoryBytes && resources.Gpus <= free.Gpus;
        }

        private static CapacityAnswer No(string what, double needed, double free) =>
            CapacityAnswer.No(string.Create(CultureInfo.InvariantCulture, $"it needs {needed:0.##} {what}, of which {free:0.##} are free"));
    }
}
