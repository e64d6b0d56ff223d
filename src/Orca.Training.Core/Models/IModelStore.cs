using Orca.Training.Jobs;

namespace Orca.Training.Models;

/// <summary>
/// Numbers what trainings produce under the name that was asked for (<see cref="TrainingRequest.OutputModelName"/>): versions 1, 2, 3 … of a
/// model, each what one job published, and aliases that move between them. Thread-safe.
/// </summary>
/// <remarks>
/// A number is drawn before its job publishes, so that it goes on record together with the results, and is the job's own for good: attempts
/// that are repeated get the same one. It is a version only when its job has succeeded; numbers of others stay unused, and none is ever given twice.
/// </remarks>
public interface IModelStore
{
    /// <summary>Whether each host of the installation finds here what any of them put here.</summary>
    bool IsShared { get; }

    /// <summary>The number that a job's model gets: the same one each time it is asked for, and nobody else's.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="job">The job that produces it.</param>
    /// <param name="cancellationToken">Gives up; a number may have been drawn.</param>
    ValueTask<int> ReserveAsync(string name, JobId job, CancellationToken cancellationToken);

    /// <summary>Finds a version.</summary>
    /// <param name="name">The model.</param>
    /// <param name="reference">A number, an alias, or empty for the newest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The version, or null if there is none.</returns>
    ValueTask<ModelVersion?> ResolveAsync(string name, string reference, CancellationToken cancellationToken);

    /// <summary>The names of all models that have a version, in ordinal order.</summary>
    ValueTask<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The versions of a model, the newest first; none if there is no such model.</summary>
    ValueTask<IReadOnlyList<ModelVersion>> ListVersionsAsync(string name, CancellationToken cancellationToken);

    /// <summary>Gives a version a name, such as <c>production</c>; another version of the model that has it loses it.</summary>
    /// <returns>Whether there is such a version.</returns>
    ValueTask<bool> SetAliasAsync(string name, string alias, int version, CancellationToken cancellationToken);

    /// <summary>Takes an alias away. None is no error.</summary>
    ValueTask RemoveAliasAsync(string name, string alias, CancellationToken cancellationToken);

    /// <summary>Deletes a version with its aliases, for good: its number is never given again. Its files go when its job does, or, if that is gone, when who removes the version removes them too.</summary>
    /// <returns>Whether there was one.</returns>
    ValueTask<bool> RemoveAsync(string name, int version, CancellationToken cancellationToken);
}

/// <summary>A version of a model: what one job published.</summary>
/// <param name="Name">The model.</param>
/// <param name="Version">Counted from 1; numbers may be left out.</param>
/// <param name="Job">The job that produced it.</param>
/// <param name="CreatedAt">When it was published.</param>
/// <param name="Files">Its files.</param>
/// <param name="Aliases">Its names, in ordinal order.</param>
public sealed record ModelVersion(string Name, int Version, JobId Job, DateTimeOffset CreatedAt, IReadOnlyList<Artifact> Files, IReadOnlyList<string> Aliases)
{
    /// <summary>The attempt that published it.</summary>
    public required int Attempt { get; init; }

    /// <summary>
    /// What this answer does not hold whole, since it would not fit into a message: <c>files</c>. Mostly empty.
    /// <see cref="Client.IModelClient.ListFilesAsync"/> has all of them.
    /// </summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];
}
