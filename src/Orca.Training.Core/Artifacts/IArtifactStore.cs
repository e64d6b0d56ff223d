using Orca.Training.Jobs;

namespace Orca.Training.Artifacts;

/// <summary>Gives each attempt a place where only it can write, and reads what it left there. Thread-safe.</summary>
public interface IArtifactStore
{
    /// <summary>
    /// Whether each host of the installation finds here what any of them put here. A host that could share its job store with others, but
    /// not this, says so when it starts.
    /// </summary>
    bool IsShared { get; }

    /// <summary>
    /// Whether its places are folders of this host, which a machine has to mount or to copy. Otherwise they are addresses that the containers
    /// reach over a network, by what an <see cref="Access.IPlaceAccess"/> grants them.
    /// </summary>
    bool IsOnHost { get; }

    /// <summary>Makes an attempt's places ready; repeating it changes nothing.</summary>
    /// <exception cref="IOException">A place cannot be made.</exception>
    Task<AttemptPlaces> PrepareAsync(AttemptName attempt, CancellationToken cancellationToken);

    /// <summary>Lists and hashes what an attempt left, after its containers have ended.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="announced">What its training said it would leave; each must be there as announced.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its files by name.</returns>
    /// <exception cref="ArtifactException">An announced file is missing or differs, a file is none that can be published, or there is too much.</exception>
    Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken);

    /// <summary>What an attempt left that is not among its artifacts because it is no file, such as a link to a folder; none where there is nothing but files.</summary>
    /// <param name="attempt">The attempt, which was collected.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>For each what it is, in words that begin with its name.</returns>
    Task<IReadOnlyList<string>> FindLeftOutAsync(AttemptName attempt, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);

    /// <summary>
    /// Looks whether the checkpoint of an attempt's job can be handed on, and reads none of it. Asked before an attempt that follows another
    /// one starts, and when one has succeeded.
    /// </summary>
    /// <exception cref="ArtifactException">It exceeds the limits, or holds a name that can be none.</exception>
    Task CheckCheckpointAsync(AttemptName attempt, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Opens a published artifact for reading.</summary>
    /// <param name="artifact">The artifact, as it was collected.</param>
    /// <param name="offset">How many bytes are left out at its beginning, from 0 to its size.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArtifactException">It is not there, or is no longer what was published.</exception>
    /// <exception cref="IOException">It cannot be read now.</exception>
    Task<Stream> OpenAsync(Artifact artifact, long offset, CancellationToken cancellationToken);

    /// <summary>
    /// The place that <see cref="PrepareAsync"/> gave an attempt for its output. What was published lies there, where it is a folder; behind a
    /// network it lies where <see cref="Artifact.Location"/> says, which the attempt itself cannot reach.
    /// </summary>
    Uri OutputOf(AttemptName attempt);

    /// <summary>
    /// Deletes what the attempts of a job left, and the job's checkpoint, for good. None is no error, and repeating it deletes what an
    /// earlier try left.
    /// </summary>
    /// <remarks>Who reads an artifact meanwhile gets all of it or an error; who opens one afterwards is told that it is not there.</remarks>
    /// <param name="installation">The job's installation.</param>
    /// <param name="job">The job; none of its attempts runs any more.</param>
    /// <param name="exceptAttempt">The number of the attempt whose output stays where it is; null if none does.</param>
    /// <param name="cancellationToken">Gives up; how much is gone is then not known.</param>
    /// <exception cref="IOException">It cannot be deleted now; some may be gone.</exception>
    Task RemoveAsync(InstallationId installation, JobId job, int? exceptAttempt, CancellationToken cancellationToken);
}

/// <summary>Where an attempt writes.</summary>
/// <param name="Output">Its own place; what lies there at its end is published if it succeeds.</param>
/// <param name="Checkpoint">Its job's place, which the job's next attempt sees again.</param>
public sealed record AttemptPlaces(Uri Output, Uri Checkpoint);

/// <summary>An artifact is not what it should be.</summary>
public sealed class ArtifactException : Exception
{
    /// <summary>Says which artifact and what is wrong with it. Callers read it where an attempt ends so: it names no path of the host.</summary>
    public ArtifactException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>How an attempt ends whose artifact it is. Default <see cref="OutcomeCode.ArtifactMissing"/>.</summary>
    public OutcomeCode Code { get; init; } = OutcomeCode.ArtifactMissing;
}
