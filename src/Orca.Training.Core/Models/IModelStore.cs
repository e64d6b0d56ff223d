using Orca.Training.Jobs;

namespace Orca.Training.Models;

/// <summary>
/// Stores the versions 1, 2, 3 … of each model (<see cref="TrainingRequest.OutputModelName"/>), and their aliases. A version is what one job
/// published. Thread-safe.
/// </summary>
/// <remarks>
/// A number is assigned to a job before the job publishes, so that both are stored in one commit. All attempts of the job get the same number. It
/// becomes a version when the job succeeds. Numbers of other jobs stay unused; no number is assigned twice.
/// </remarks>
public interface IModelStore
{
    /// <summary>Whether all hosts of the installation see the same content.</summary>
    bool IsShared { get; }

    /// <summary>Assigns a version number to a job; the same one on every call.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="job">The job that produces it.</param>
    /// <param name="cancellationToken">Cancels the call. A number may be assigned.</param>
    ValueTask<int> ReserveAsync(string name, JobId job, CancellationToken cancellationToken);

    /// <summary>Finds a version.</summary>
    /// <param name="name">The model.</param>
    /// <param name="reference">A number or an alias; empty for the newest version.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The version, or null if there is none.</returns>
    ValueTask<ModelVersion?> ResolveAsync(string name, string reference, CancellationToken cancellationToken);

    /// <summary>Lists the names of all models that have a version, in ordinal order.</summary>
    ValueTask<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Lists the versions of a model, newest first; none if there is no such model.</summary>
    ValueTask<IReadOnlyList<ModelVersion>> ListVersionsAsync(string name, CancellationToken cancellationToken);

    /// <summary>Gives a version an alias, such as <c>production</c>. Another version of the model with this alias loses it.</summary>
    /// <returns>Whether the version exists.</returns>
    ValueTask<bool> SetAliasAsync(string name, string alias, int version, CancellationToken cancellationToken);

    /// <summary>Removes an alias. If there is none, nothing happens.</summary>
    ValueTask RemoveAliasAsync(string name, string alias, CancellationToken cancellationToken);

    /// <summary>Deletes a version and its aliases permanently; its number is not assigned again.</summary>
    /// <remarks>Its files are deleted with its job. If the job no longer exists, the caller of this method must delete them.</remarks>
    /// <returns>Whether it existed.</returns>
    ValueTask<bool> RemoveAsync(string name, int version, CancellationToken cancellationToken);
}

/// <summary>A version of a model: what one job published.</summary>
/// <param name="Name">The model.</param>
/// <param name="Version">The number, from 1; numbers may be missing in between.</param>
/// <param name="Job">The job that produced it.</param>
/// <param name="CreatedAt">When it was published.</param>
/// <param name="Files">Its files.</param>
/// <param name="Aliases">Its aliases, in ordinal order.</param>
public sealed record ModelVersion(string Name, int Version, JobId Job, DateTimeOffset CreatedAt, IReadOnlyList<Artifact> Files, IReadOnlyList<string> Aliases)
{
    /// <summary>The attempt that published it.</summary>
    public required int Attempt { get; init; }

    /// <summary>
    /// The parts that are incomplete because they do not fit into a message: <c>files</c>. Usually empty.
    /// <see cref="Client.IModelClient.ListFilesAsync"/> returns all files.
    /// </summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];
}
