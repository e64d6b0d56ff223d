using Orca.Training.Jobs;
using Orca.Training.Models;

namespace Orca.Training.Client;

/// <summary>Lists, names and removes model versions. It works in the same way in the host's process and over gRPC. Thread-safe.</summary>
/// <remarks>Each call throws <see cref="TrainingException"/> if the service refuses it or fails.</remarks>
public interface IModelClient
{
    /// <summary>Returns the names of all models with a version, in ordinal order.</summary>
    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Returns the versions of a model, newest first; none if the model does not exist.</summary>
    Task<IReadOnlyList<ModelVersion>> ListVersionsAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Returns a version.</summary>
    /// <param name="name">The model.</param>
    /// <param name="reference">A number, an alias, or empty for the newest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: it does not exist.</exception>
    Task<ModelVersion> GetAsync(string name, string reference = "", CancellationToken cancellationToken = default);

    /// <summary>Returns all files of a version, also those that <see cref="ModelVersion.LeftOut"/> reports as left out of an answer.</summary>
    /// <param name="name">The model.</param>
    /// <param name="reference">A number, an alias, or empty for the newest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: the version does not exist.</exception>
    Task<IReadOnlyList<Artifact>> ListFilesAsync(string name, string reference = "", CancellationToken cancellationToken = default);

    /// <summary>Sets an alias on a version, such as <c>production</c>. If another version of the model has the alias, it moves.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: the version does not exist. <see cref="TrainingError.InvalidArgument"/>: the alias is not allowed, or the version already has <see cref="CallLimits.MaxAliases"/> of them.</exception>
    Task SetAliasAsync(string name, string alias, int version, CancellationToken cancellationToken = default);

    /// <summary>Removes an alias. It is not an error if it does not exist.</summary>
    Task RemoveAliasAsync(string name, string alias, CancellationToken cancellationToken = default);

    /// <summary>Removes a version and its aliases permanently. Its number is never reused. Its files are removed together with its job by retention, or now if that is already removed.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: it does not exist.</exception>
    Task RemoveAsync(string name, int version, CancellationToken cancellationToken = default);

    /// <summary>Opens a file of a version. It is checked as in <see cref="IRunClient.OpenArtifactAsync"/>.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: the version or the file does not exist. <see cref="TrainingError.InvalidArgument"/>: the offset is outside of the file.</exception>
    Task<Stream> OpenFileAsync(string name, string reference, string file, long offset = 0, CancellationToken cancellationToken = default);
}
