namespace Orca.Training.Artifacts;

/// <summary>The most that a training may leave in its output, and the most in its checkpoint. What exceeds it is not read.</summary>
/// <param name="Bytes">How many bytes all of its files may have, as a listing shows them: a hole counts as if it were written.</param>
/// <param name="Entries">How many files, folders and links.</param>
/// <param name="Depth">How many names a path may have: 1 for what lies in the folder itself.</param>
/// <param name="NameBytes">How long a path may be, in bytes of UTF-8.</param>
public sealed record ArtifactLimits(long Bytes, int Entries, int Depth, int NameBytes)
{
    /// <summary>16 GiB in 10,000 entries, 32 deep, with paths of 768 bytes: what S3 takes for a key, less room for a prefix.</summary>
    public static readonly ArtifactLimits Default = new(16L << 30, 10_000, 32, 768);
}
