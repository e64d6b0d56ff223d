using Orca.Training.Jobs;
using Orca.Training.Models;

namespace Orca.Training.Client;

/// <summary>Answers for the versions of models. The same in the host's process and over gRPC. Thread-safe.</summary>
/// <remarks>Every call throws <see cref="TrainingException"/> for what the service refuses or cannot do.</remarks>
public interface IModelClient
{
    /// <summary>The names of all models that have a version, in ordinal order.</summary>
    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>The versions of a model, the newest first; none if there is no such model.</summary>
    Task<IReadOnlyList<ModelVersion>> ListVersionsAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>A version.</summary>
    /// <param name="name">The model.</param>
    /// <param name="reference">A number, an alias, or empty for the newest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: there is none.</exception>
    Task<ModelVersion> GetAsync(string name, string reference = "", CancellationToken cancellationToken = default);

    /// <summary>The files of a version: all of them, also where <see cref="ModelVersion.LeftOut"/> says that an answer has not.</summary>
    /// <param name="name">The model.</param>
    /// <param name="reference">A number, an alias, or empty for the newest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: there is no such version.</exception>
    Task<IReadOnlyList<Artifact>> ListFilesAsync(string name, string reference = "", CancellationToken cancellationToken = default);

    /// <summary>Gives a version a name, such as <c>production</c>; another version of the model that has it loses it.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: there is no such version. <see cref="TrainingError.InvalidArgument"/>: the alias is not possible, or the version has <see cref="CallLimits.MaxAliases"/> of them.</exception>
    Task SetAliasAsync(string name, string alias, int version, CancellationToken cancellationToken = default);

    /// <summary>Takes an alias away. None is no error.</summary>
    Task RemoveAliasAsync(string name, string alias, CancellationToken cancellationToken = default);

    /// <summary>Removes a version with its aliases, for good; its number is never given again. Its files go when retention removes its job, or now, if it has done so.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: there is none.</exception>
    Task RemoveAsync(string name, int version, CancellationToken cancellationToken = default);

    /// <summary>Opens a file of a version, checked as <see cref="IRunClient.OpenArtifactAsync"/> does it.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: there is no such version or file. <see cref="TrainingError.InvalidArgument"/>: the offset is not within it.</exception>
    Task<Stream> OpenFileAsync(string name, string reference, string file, long offset = 0, CancellationToken cancellationToken = default);
}
