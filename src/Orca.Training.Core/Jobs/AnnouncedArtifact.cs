namespace Orca.Training.Jobs;

/// <summary>A file of the output that a training has announced.</summary>
/// <param name="Name">Its path below the output place.</param>
/// <param name="Size">The size in bytes, if announced.</param>
/// <param name="Sha256">The SHA-256 in lower-case hex, if announced.</param>
public sealed record AnnouncedArtifact(string Name, long? Size = null, string? Sha256 = null);
