using static System.FormattableString;

namespace Orca.Training.Pools;

/// <summary>What the settings may say of the machines of pools: guarantees live on machines, so that they hold is one sum for each. Pure.</summary>
internal static class PoolMachineRules
{
    public static void CheckEach(string path, PoolOptions pool, IReadOnlyList<MachineFact> machines, List<string> found)
    {
        if (pool.Machines.Count == 0 && pool.MovesTo is null)
        {
            found.Add($"{path}:Machines is empty, and so none of its trainings could start: give a machine{Names(machines)}.");
        }

        foreach (var (machine, share) in pool.Machines.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            var at = $"{path}:Machines:{PoolRules.Shown(machine)}";
            if (machines.Count > 0 && machines.All(m => m.Name != machine))
            {
                found.Add($"{at} is no machine of this service: give {Names(machines)[2..]}.");
            }

            if (share is null)
            {
                continue;
            }

            if (share.Cpus is { } cpus && (!double.IsFinite(cpus) || cpus < 0))
            {
                found.Add(Invariant($"{at}:Cpus is {cpus}: give at least 0, or leave it out."));
            }

            CheckCount($"{at}:MemoryMiB", share.MemoryMiB, found);
            CheckCount($"{at}:Gpus", share.Gpus, found);
        }
    }

    /// <summary>What pools own of a machine is guaranteed to each of them, and so is there.</summary>
    public static void CheckSums(IDictionary<string, PoolOptions> pools, IReadOnlyList<MachineFact> machines, List<string> found)
    {
        foreach (var (machine, capacity) in machines.Where(m => m.Capacity is not null).Select(m => (m.Name, m.Capacity!.Value)))
        {
            var owners = pools.Where(p => p.Value is { MovesTo: null } && p.Value.Machines.TryGetValue(machine, out var share) && share is not null)
                .OrderBy(p => p.Key, StringComparer.Ordinal)
                .Select(p => (Pool: p.Key, Owned: Pool.OwnedBy(p.Value.Machines[machine])))
                .ToList();
            CheckSum(machine, "processors", owners.Select(o => (o.Pool, Part: o.Owned.Cpus)), capacity.Cpus, found);
            CheckSum(machine, "MiB of memory", owners.Select(o => (o.Pool, Part: (double)(o.Owned.MemoryBytes >> 20))), capacity.MemoryBytes >> 20, found);
            CheckSum(machine, "GPUs", owners.Select(o => (o.Pool, Part: (double)o.Owned.Gpus)), capacity.Gpus, found);
        }
    }

    private static void CheckSum(string machine, string what, IEnumerable<(string Pool, double Part)> parts, double has, List<string> found)
    {
        var owners = parts.Where(p => p.Part > 0).ToList();
        var sum = Math.Round(owners.Sum(p => p.Part), 9);
        if (sum > has)
        {
            found.Add(
                Invariant($"Pools own {sum} {what} of machine '{machine}', which has {has}: ")
                + string.Join(", ", owners.Select(o => Invariant($"'{PoolRules.Shown(o.Pool)}' {o.Part}"))) + ". Give less.");
        }
    }

    private static void CheckCount(string path, int? value, List<string> found)
    {
        if (value < 0)
        {
            found.Add(Invariant($"{path} is {value}: give at least 0, or leave it out."));
        }
    }

    private static string Names(IReadOnlyList<MachineFact> machines) =>
        machines.Count == 0 ? "" : ": " + string.Join(", ", machines.Select(m => $"'{m.Name}'").Distinct(StringComparer.Ordinal));
}
