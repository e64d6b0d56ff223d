using Orca.Training.Datasets.Intents;

namespace Orca.Training.Client;

/// <summary>Adds datasets from files of this machine.</summary>
public static class DatasetClientExtensions
{
    /// <summary>Adds a version of intents from CSV files of this machine. Otherwise as <see cref="IDatasetClient.AddIntentsAsync"/>.</summary>
    /// <param name="datasets">The client.</param>
    /// <param name="datasetId">The dataset. It is created if it does not exist.</param>
    /// <param name="trainPath">The file with the training rows.</param>
    /// <param name="validationPath">The file with the validation rows. Null: none.</param>
    /// <param name="testPath">The file with the test rows. Null: none.</param>
    /// <param name="split">Which of these to split off the training rows instead. Null: none.</param>
    /// <param name="cancellationToken">Cancels the call; nothing is stored.</param>
    /// <exception cref="TrainingException">As <see cref="IDatasetClient.AddIntentsAsync"/> throws it.</exception>
    public static Task<AddedDataset> AddIntentFilesAsync(
        this IDatasetClient datasets,
        string datasetId,
        string trainPath,
        string? validationPath = null,
        string? testPath = null,
        IntentSplit? split = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(datasets);
        return datasets.AddIntentsAsync(
            datasetId,
            CsvSource.FromFile(trainPath),
            validationPath is null ? null : CsvSource.FromFile(validationPath),
            testPath is null ? null : CsvSource.FromFile(testPath),
            split,
            cancellationToken);
    }
}
