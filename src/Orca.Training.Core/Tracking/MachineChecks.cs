using Orca.Training.Artifacts;
using Orca.Training.Datasets;
using Orca.Training.Machines;

namespace Orca.Training.Tracking;

/// <summary>What can be wrong with the host's machines and is said when it starts.</summary>
internal static class MachineChecks
{
    /// <exception cref="InvalidOperationException">Says what is wrong and which call mends it.</exception>
    public static void Check(IReadOnlyList<Machine> machines, IDatasetStore datasets, IArtifactStore artifacts)
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

        var cannotDeliver = machines.FirstOrDefault(m => m.Runtime.Abilities is { MountsFolders: false, CopiesFolders: false });
        if (cannotDeliver is not null)
        {
            throw new InvalidOperationException(
                $"Machine '{cannotDeliver.Name}' ({cannotDeliver.Runtime.GetType().Name}) can neither mount nor copy folders of the host, "
                + $"and {datasets.GetType().Name} and {artifacts.GetType().Name} keep datasets and artifacts in such folders: use stores that it can reach.");
        }
    }
}
