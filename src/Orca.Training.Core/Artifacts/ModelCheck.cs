using Orca.Training.Files;
using Orca.Training.Jobs;
using static System.FormattableString;

namespace Orca.Training.Artifacts;

/// <summary>Holds a model's files against what was published, before a training is given them.</summary>
internal static class ModelCheck
{
    /// <exception cref="ArtifactException">A file is gone, or is no longer what was published.</exception>
    /// <exception cref="IOException">A file cannot be read now.</exception>
    public static async Task VerifyAsync(IArtifactStore artifacts, IReadOnlyList<Artifact> files, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            await using var stream = await artifacts.OpenAsync(file, 0, cancellationToken);
            var found = await HashedCopy.HashAsync(stream, cancellationToken);
            if (found.Size != file.Size || !string.Equals(found.Sha256, file.Sha256, StringComparison.OrdinalIgnoreCase))
            {
                throw new ArtifactException(
                    Invariant($"'{file.Name}' has changed since it was published: it had {file.Size} bytes with SHA-256 {file.Sha256}, and has {found.Size} with {found.Sha256}. Something other than this service wrote to it; publish the model again."));
            }
        }
    }
}
