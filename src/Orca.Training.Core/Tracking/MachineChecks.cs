using Orca.Training.Machines;

namespace Orca.Training.Tracking;

/// <summary>What can be wrong with the host's machines and is said when it starts.</summary>
internal static class MachineChecks
{
    /// <exception cref="InvalidOperationException">Says what is wrong and which call mends it.</exception>
    public static void Check(IReadOnlyList<Machine> machines)
    {
        if (machines.Count == 0)
        {
            throw new InvalidOperationException("Orca.Training has no machine to train on: add one to AddOrcaTraining(), with UseDocker() for instance.");
        }

        var twice = machines.GroupBy(m => m.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
        {
            throw new InvalidOperationException($"Orca.Training has {twice.Count()} machines named '{twice.Key}': give each Use…() a name of its own.");
        }

        var cannotMount = machines.FirstOrDefault(m => !m.Runtime.Abilities.MountsFolders);
        if (cannotMount is not null)
        {
            throw new InvalidOperationException(
                $"Machine '{cannotMount.Name}' ({cannotMount.Runtime.GetType().Name}) cannot give host folders to containers, and the dataset and artifact stores are folders: use stores that it can reach.");
        }
    }
}
