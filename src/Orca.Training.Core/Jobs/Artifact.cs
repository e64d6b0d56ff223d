namespace Orca.Training.Jobs;

/// <summary>A file that a run produced.</summary>
/// <param name="Name">Its path below the attempt's output place, with forward slashes.</param>
/// <param name="Location">Its address.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="Sha256">The SHA-256 of its content, lower-case hex.</param>
public sealed record Artifact(string Name, Uri Location, long Size, string Sha256);
