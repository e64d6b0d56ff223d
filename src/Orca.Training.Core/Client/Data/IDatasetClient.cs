using Orca.Training.Datasets;
using Orca.Training.Datasets.Intents;

namespace Orca.Training.Client;

/// <summary>Adds datasets and answers for them. The same in the host's process and over gRPC. Thread-safe.</summary>
/// <remarks>Every call throws <see cref="TrainingException"/> for what the service refuses or cannot do.</remarks>
public interface IDatasetClient
{
    /// <summary>Adds a version, all or nothing. The same content gives the same version.</summary>
    /// <param name="datasetId">The dataset; made if there is none.</param>
    /// <param name="files">Its files; each is opened once, one after the other.</param>
    /// <param name="cancellationToken">Gives up; nothing is stored then.</param>
    /// <exception cref="TrainingException"><see cref="TrainingError.InvalidArgument"/>: a name is not what it should be, or a file cannot be read; it says which.</exception>
    Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken = default);

    /// <summary>
    /// Adds a version of intents from CSV files, all or nothing, as <see cref="IntentDataset"/> says. The service reads the rows where the bytes arrive, so that
    /// the rules are its own, whichever version the caller has; and it logs what it finds in them.
    /// </summary>
    /// <param name="datasetId">The dataset; made if there is none.</param>
    /// <param name="train">The rows to learn from.</param>
    /// <param name="validation">Rows to choose a model by; their labels must be among the training rows'. Null for none.</param>
    /// <param name="test">Rows to judge the model by; their labels must be among the training rows'. Null for none.</param>
    /// <param name="split">Which of these are cut off the training rows instead; null for none.</param>
    /// <param name="cancellationToken">Gives up; nothing is stored then.</param>
    /// <exception cref="TrainingException"><see cref="TrainingError.InvalidArgument"/>: a row, a name or the split is not what it should be, or a file cannot be read; it says where and what would be right.</exception>
    Task<AddedDataset> AddIntentsAsync(
        string datasetId,
        CsvSource train,
        CsvSource? validation = null,
        CsvSource? test = null,
        IntentSplit? split = null,
        CancellationToken cancellationToken = default);

    /// <summary>The ids of all datasets, in ordinal order.</summary>
    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>The versions of a dataset, the one that was added last first; none if there is no such dataset.</summary>
    Task<IReadOnlyList<DatasetDescription>> ListVersionsAsync(string datasetId, CancellationToken cancellationToken = default);

    /// <summary>The files of a version, in ordinal order of their names.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: there is no such version.</exception>
    Task<IReadOnlyList<SnapshotFile>> ListFilesAsync(DatasetVersion version, CancellationToken cancellationToken = default);

    /// <summary>A version.</summary>
    /// <param name="datasetId">The dataset.</param>
    /// <param name="version">A hash, a tag, or empty for the newest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: there is none.</exception>
    Task<DatasetVersion> ResolveAsync(string datasetId, string version = "", CancellationToken cancellationToken = default);

    /// <summary>Gives a version a name; another version of the dataset that has it loses it.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: there is no such version. <see cref="TrainingError.InvalidArgument"/>: the tag is not possible.</exception>
    Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken = default);

    /// <summary>Takes a tag away. None is no error.</summary>
    Task RemoveTagAsync(string datasetId, string tag, CancellationToken cancellationToken = default);

    /// <summary>Deletes a version with its tags, for good.</summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: there is none.</exception>
    Task DeleteAsync(DatasetVersion version, CancellationToken cancellationToken = default);
}
