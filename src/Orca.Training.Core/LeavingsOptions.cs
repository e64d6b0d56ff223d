using Orca.Training.Artifacts;

namespace Orca.Training;

/// <summary>
/// The limits of the output of an attempt, and of the checkpoint of a job. They are checked before any file is read. Exceeding one ends
/// the attempt as ArtifactTooLarge.
/// </summary>
public sealed class LeavingsOptions
{
    /// <summary>The size of all files, in MiB, as a listing shows them; holes count as written. Default 16,384.</summary>
    public int MaxMiB { get; set; } = (int)(ArtifactLimits.Default.Bytes >> 20);

    /// <summary>The number of files, folders and links. Default 10,000.</summary>
    public int MaxEntries { get; set; } = ArtifactLimits.Default.Entries;

    /// <summary>The number of names in a path, up to 128; 1 for an entry of the folder itself. Default 32.</summary>
    public int MaxDepth { get; set; } = ArtifactLimits.Default.Depth;

    /// <summary>The length of a path, in bytes of UTF-8, up to 768. Default 768.</summary>
    public int MaxNameBytes { get; set; } = ArtifactLimits.Default.NameBytes;

    /// <summary>The time to copy the files from a remote machine, and the time to read and hash them. Default 1 h.</summary>
    public TimeSpan LongestTime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The limits as stores and machines take them.</summary>
    public ArtifactLimits ToLimits() => new((long)MaxMiB << 20, MaxEntries, MaxDepth, MaxNameBytes);
}
