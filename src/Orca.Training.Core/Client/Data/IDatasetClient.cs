using Orca.Training.Datasets;
using Orca.Training.Datasets.Intents;

namespace Orca.Training.Client;

/// <summary>Adds, lists, tags and deletes datasets. It works in the same way in the host's process and over gRPC. Thread-safe.</summary>
/// <remarks>Each call throws <see cref="TrainingException"/> if the service refuses it or fails.</remarks>
public interface IDatasetClient
{
    /// <summary>Adds a version, with all files or not at all. The same content gives the same version.</summary>
    /// <param name="datasetId">The dataset. It is created if it does not exist.</param>
    /// <param name="files">Its files; each is opened once, one after the other.</param>
    /// <param name="cancellationToken">Cancels the call; nothing is stored.</param>
    /// <exception cref="TrainingException"><see cref="TrainingError.InvalidArgument"/>: a name is not allowed, or a file cannot be read; the message says which.</exception>
    Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken = default);

    /// <summary>
    /// Adds a version of intents from CSV files, completely or not at all, by the rules of <see cref="IntentDataset"/>. The service reads the rows, so the rules
    /// are those of the service, whichever version the caller has. It logs the report.
    /// </summary>
    /// <param name="datasetId">The dataset. It is created if it does not exist.</param>
    /// <param name="train">The training rows.</param>
    /// <param name="validation">The validation rows. Their labels must occur in the training rows. Null: none.</param>
    /// <param name="test">The test rows. Their labels must occur in the training rows. Null: none.</param>
    /// <param name="split">Which of these to split off the training rows instead. Null: none.</param>
    /// <param name="cancellationToken">Cancels the call; nothing is stored.</param>
    /// <exception cref="TrainingException"><see cref="TrainingError.InvalidArgument"/>: a row, a name or the split is wrong, or a file cannot be read; the message says where, and what would be right.</exception>
    Task<AddedDataset> AddIntentsAsync(
        string datasetId,
        CsvSource train,
        CsvSource? validation = null,
        CsvSource? test = null,
        IntentSplit? split = null,
        CancellationToken cancellationToken = default);

    /// <summary>Returns the ids of all datasets, in ordinal order.</summary>
    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Returns the versions of a dataset, the last added first; none if the dataset does not exist.</summary>
    Task<IReadOnlyList<DatasetDescription>> ListVersionsAsync(string datasetId, CancellationToken cancellationToken = default);

    /// <summary>Returns the files of a version, in ordinal order of their names.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: the version does not exist.</exception>
    Task<IReadOnlyList<SnapshotFile>> ListFilesAsync(DatasetVersion version, CancellationToken cancellationToken = default);

    /// <summary>Returns a version.</summary>
    /// <param name="datasetId">The dataset.</param>
    /// <param name="version">A hash, a tag, or empty for the newest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: it does not exist.</exception>
    Task<DatasetVersion> ResolveAsync(string datasetId, string version = "", CancellationToken cancellationToken = default);

    /// <summary>Sets a tag on a version. If another version of the dataset has the tag, it moves.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: the version does not exist. <see cref="TrainingError.InvalidArgument"/>: the tag is not allowed.</exception>
    Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken = default);

    /// <summary>Removes a tag. It is not an error if it does not exist.</summary>
    Task RemoveTagAsync(string datasetId, string tag, CancellationToken cancellationToken = default);

    /// <summary>Deletes a version and its tags permanently.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: it does not exist.</exception>
    Task DeleteAsync(DatasetVersion version, CancellationToken cancellationToken = default);
}
