namespace Orca.Training.Jobs;

/// <summary>A file that a run produced.</summary>
/// <param name="Name">Its path below the attempt's output place, with forward slashes.</param>
/// <param name="Location">Where it lies.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">The SHA-256 of its content, lower-case hex.</param>
public sealed record Artifact(string Name, Uri Location, long Size, string Sha256);

/// <summary>A file that a training says it leaves.</summary>
/// <param name="Name">Its path below the output place.</param>
/// <param name="Size">Bytes, if it says so.</param>
/// <param name="Sha256">Lower-case hex, if it says so.</param>
public sealed record AnnouncedArtifact(string Name, long? Size = null, string? Sha256 = null);
