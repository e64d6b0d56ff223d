using Orca.Training.Machines;

namespace Orca.Training.Docker.Delivery;

/// <summary>
/// Where a copied folder lies: in a volume that is mounted in place of the folder above it. The engine copies nothing into a
/// read-only root, and leaves a volume's own top folder to root, so that the training could not write there.
/// </summary>
internal static class CopiedFolder
{
    /// <summary>Where its volume is mounted; folders side by side share one.</summary>
    public static string VolumeOf(FolderMount folder) => folder.ContainerPath[..folder.ContainerPath.LastIndexOf('/')] is { Length: > 0 } above
        ? above
        : throw new ArgumentException($"'{folder.ContainerPath}' is directly below the root of the container, which is read-only: copied folders must be below another folder, such as '/orca/data'.");

    public static string NameOf(FolderMount folder) => folder.ContainerPath[(folder.ContainerPath.LastIndexOf('/') + 1)..];
}
