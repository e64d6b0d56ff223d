namespace Orca.Training.Jobs;

/// <summary>What an attempt executed, exactly.</summary>
/// <param name="Image">The image, as the algorithm names it.</param>
/// <param name="Digest">
/// The identity of the image's content: a repository digest (<c>name@sha256:…</c>) if there is one, or else the id of the image.
/// </param>
/// <param name="Command">The words of the command. Empty for the command of the image.</param>
/// <param name="Parameters">
/// All parameters of the containers: those of the request, and the defaults of the algorithm for the others.
/// </param>
public sealed record Execution(string Image, string Digest, IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Parameters);
