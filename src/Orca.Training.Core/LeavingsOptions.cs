using Orca.Training.Artifacts;

namespace Orca.Training;

/// <summary>
/// The most that an attempt may leave in its output, and a job in its checkpoint. It is looked at before any of it is read; what exceeds it
/// ends the attempt as ArtifactTooLarge.
/// </summary>
public sealed class LeavingsOptions
{
    /// <summary>How much all files may have, in MiB, as a listing shows them: a hole counts as if it were written. Default 16,384.</summary>
    public int MaxMiB { get; set; } = (int)(ArtifactLimits.Default.Bytes >> 20);

    /// <summary>How many files, folders and links. Default 10,000.</summary>
    public int MaxEntries { get; set; } = ArtifactLimits.Default.Entries;

    /// <summary>How many names a path may have, up to 128: 1 for what lies in the folder itself. Default 32.</summary>
    public int MaxDepth { get; set; } = ArtifactLimits.Default.Depth;

    /// <summary>How long a path may be, in bytes of UTF-8, up to 768. Default 768.</summary>
    public int MaxNameBytes { get; set; } = ArtifactLimits.Default.NameBytes;

    /// <summary>How long it may take to bring them from a machine that copies, and how long to read and hash them. Default 1 h.</summary>
    public TimeSpan LongestTime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The limits as stores and machines take them.</summary>
    public ArtifactLimits ToLimits() => new((long)MaxMiB << 20, MaxEntries, MaxDepth, MaxNameBytes);
}
