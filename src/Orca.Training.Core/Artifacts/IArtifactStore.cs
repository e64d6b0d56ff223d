using Orca.Training.Jobs;

namespace Orca.Training.Artifacts;

/// <summary>
/// Gives each attempt a folder or prefix of its own for its output, and collects the files that it leaves there. Thread-safe.
/// </summary>
public interface IArtifactStore
{
    /// <summary>
    /// Whether all hosts of the installation see the same content. A host warns at start if its job store is shared but this store is not.
    /// </summary>
    bool IsShared { get; }

    /// <summary>
    /// Whether the places are folders of this host, which a machine mounts or copies. Otherwise they are network addresses, which containers
    /// access with credentials from an <see cref="Access.IPlaceAccess"/>.
    /// </summary>
    bool IsOnHost { get; }

    /// <summary>Creates the places of an attempt. It can be repeated.</summary>
    /// <exception cref="IOException">A place cannot be created.</exception>
    Task<AttemptPlaces> PrepareAsync(AttemptName attempt, CancellationToken cancellationToken);

    /// <summary>Lists and hashes the files of an attempt, after its containers have ended.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="announced">The files that the training announced; each must exist as announced.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The files, ordered by name.</returns>
    /// <exception cref="ArtifactException">An announced file is missing or different, a file cannot be published, or a limit is exceeded.</exception>
    Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken);

    /// <summary>Lists what an attempt left that cannot be an artifact because it is not a file, such as a link to a folder.</summary>
    /// <param name="attempt">The attempt, after it was collected.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A description of each, which starts with its name.</returns>
    Task<IReadOnlyList<string>> FindLeftOutAsync(AttemptName attempt, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);

    /// <summary>
    /// Checks whether the checkpoint of a job can be used by another attempt, without reading the files. Called before an attempt that follows
    /// another one starts, and when an attempt has succeeded.
    /// </summary>
    /// <exception cref="ArtifactException">The checkpoint exceeds a limit, or has an invalid file name.</exception>
    Task CheckCheckpointAsync(AttemptName attempt, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Opens a published artifact for reading.</summary>
    /// <param name="artifact">The artifact, as it was collected.</param>
    /// <param name="offset">The number of bytes to skip, from 0 to the size.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ArtifactException">It does not exist, or is no longer what was published.</exception>
    /// <exception cref="IOException">It cannot be read now.</exception>
    Task<Stream> OpenAsync(Artifact artifact, long offset, CancellationToken cancellationToken);

    /// <summary>
    /// Gets the output place of an attempt, as <see cref="PrepareAsync"/> created it. If it is a folder, published files are there. On a network
    /// they are at <see cref="Artifact.Location"/>, which the attempt itself cannot access.
    /// </summary>
    Uri OutputOf(AttemptName attempt);

    /// <summary>
    /// Deletes the files of a job's attempts, and the job's checkpoint, permanently. It can be repeated, and if there are none, nothing happens.
    /// </summary>
    /// <remarks>A concurrent reader gets the complete file or an error. Opening a file later fails.</remarks>
    /// <param name="installation">The installation of the job.</param>
    /// <param name="job">The job; none of its attempts runs any more.</param>
    /// <param name="exceptAttempt">The number of an attempt whose output is kept; null for none.</param>
    /// <param name="cancellationToken">Cancels the call. It is then unknown what was deleted.</param>
    /// <exception cref="IOException">The files cannot be deleted now; some may be deleted.</exception>
    Task RemoveAsync(InstallationId installation, JobId job, int? exceptAttempt, CancellationToken cancellationToken);
}

/// <summary>Where an attempt writes.</summary>
/// <param name="Output">The place of the attempt. Files that are there at its end are published if it succeeds.</param>
/// <param name="Checkpoint">The place of the job, which the next attempt gets again.</param>
public sealed record AttemptPlaces(Uri Output, Uri Checkpoint);

/// <summary>Thrown if an artifact is missing, invalid or changed.</summary>
public sealed class ArtifactException : Exception
{
    /// <summary>
    /// Creates the exception. The message names the artifact and the error, but no path of the host, because callers see it.
    /// </summary>
    public ArtifactException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>The outcome of the attempt. Default <see cref="OutcomeCode.ArtifactMissing"/>.</summary>
    public OutcomeCode Code { get; init; } = OutcomeCode.ArtifactMissing;
}
