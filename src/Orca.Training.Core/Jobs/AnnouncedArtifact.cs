namespace Orca.Training.Jobs;

/// <summary>A file that a training says it leaves.</summary>
/// <param name="Name">Its path below the output place.</param>
/// <param name="Size">Bytes, if it says so.</param>
/// <param name="Sha256">Lower-case hex, if it says so.</param>
public sealed record AnnouncedArtifact(string Name, long? Size = null, string? Sha256 = null);
