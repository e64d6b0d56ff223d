namespace Orca.Training.Jobs;

/// <summary>What an attempt executed, exactly.</summary>
/// <param name="Image">The image, as the algorithm names it.</param>
/// <param name="Digest">What the runtime knows the image's content by: a repository digest (<c>name@sha256:…</c>) where it has one, else the image's own id.</param>
/// <param name="Command">The command's words; empty for the image's own.</param>
/// <param name="Parameters">All parameters that the containers got: the request's, and the algorithm's for those that it left out.</param>
public sealed record Execution(string Image, string Digest, IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Parameters);
