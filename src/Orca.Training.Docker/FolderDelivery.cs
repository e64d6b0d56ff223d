namespace Orca.Training;

/// <summary>How folders of the host reach containers.</summary>
public enum FolderDelivery
{
    /// <summary>The engine mounts them: it must see the same folders under the same paths as the host does.</summary>
    Mount,

    /// <summary>
    /// They are copied through the engine's API: data in before a start, what was written back after the end. Works wherever the host
    /// runs and the engine is, and costs the time and room of the copies.
    /// </summary>
    Copy,
}
