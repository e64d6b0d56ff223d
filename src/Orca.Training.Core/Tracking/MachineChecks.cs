using Orca.Training.Access;
using Orca.Training.Artifacts;
using Orca.Training.Datasets;
using Orca.Training.Machines;

namespace Orca.Training.Tracking;

/// <summary>What can be wrong with the host's machines and is said when it starts.</summary>
internal static class MachineChecks
{
    /// <exception cref="InvalidOperationException">Says what is wrong and which call mends it.</exception>
    public static void Check(IReadOnlyList<Machine> machines, IDatasetStore datasets, IArtifactStore artifacts, IPlaceAccess? access)
    {
        if (machines.Count == 0)
        {
            throw new InvalidOperationException("Orca.Training has no machine to train on: add one after AddOrcaTraining(), for example with UseDocker().");
        }

        var twice = machines.GroupBy(m => m.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
        {
            throw new InvalidOperationException($"Orca.Training has {twice.Count()} machines named '{twice.Key}': give each Use…() call its own name.");
        }

        foreach (var machine in machines)
        {
            CheckReach(machine, datasets.GetType(), "datasets", datasets.IsOnHost, access);
            CheckReach(machine, artifacts.GetType(), "what trainings write", artifacts.IsOnHost, access);
        }
    }

    private static void CheckReach(Machine machine, Type store, string kept, bool isOnHost, IPlaceAccess? access)
    {
        var abilities = machine.Runtime.Abilities;
        var subject = $"Machine '{machine.Name}' ({machine.Runtime.GetType().Name})";
        if (isOnHost && abilities is { MountsFolders: false, CopiesFolders: false })
        {
            throw new InvalidOperationException(
                $"{subject} can neither mount nor copy folders of the host, and {store.Name} keeps {kept} in such folders: use a store that it can reach.");
        }

        if (isOnHost && abilities.FolderFault is { } fault)
        {
            throw new InvalidOperationException($"{subject} {fault} {store.Name} keeps {kept} in such folders.");
        }

        if (!isOnHost && !abilities.HasNetwork)
        {
            throw new InvalidOperationException(
                $"{subject} gives its containers no network, and {store.Name} keeps {kept} on a server: set the machine's Network to a network from which this server can be reached.");
        }

        if (!isOnHost && access is null)
        {
            throw new InvalidOperationException(
                $"{store.Name} keeps {kept} on a server, and nothing gives access to the containers of {subject.Replace("Machine", "machine", StringComparison.Ordinal)}: register an IPlaceAccess with the store.");
        }
    }
}
