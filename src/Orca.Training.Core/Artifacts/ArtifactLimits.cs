namespace Orca.Training.Artifacts;

/// <summary>The limits of an output, and of a checkpoint. If a limit is exceeded, no file is read.</summary>
/// <param name="Bytes">The maximum size of all files in bytes, by their apparent size: holes of sparse files count.</param>
/// <param name="Entries">The maximum number of files, folders and links.</param>
/// <param name="Depth">The maximum number of names in a path; 1 for an entry of the folder itself.</param>
/// <param name="NameBytes">The maximum length of a path, in bytes of UTF-8.</param>
public sealed record ArtifactLimits(long Bytes, int Entries, int Depth, int NameBytes)
{
    /// <summary>
    /// 16 GiB, 10,000 entries, depth 32, and paths of 768 bytes, which is the limit of an S3 key minus space for a prefix.
    /// </summary>
    public static readonly ArtifactLimits Default = new(16L << 30, 10_000, 32, 768);
}
