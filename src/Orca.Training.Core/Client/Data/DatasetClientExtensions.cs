using Orca.Training.Datasets.Intents;

namespace Orca.Training.Client;

/// <summary>Adds what lies in files of this machine.</summary>
public static class DatasetClientExtensions
{
    /// <summary>Adds a version of intents from CSV files of this machine; as <see cref="IDatasetClient.AddIntentsAsync"/> otherwise.</summary>
    /// <param name="datasets">The client.</param>
    /// <param name="datasetId">The dataset; made if there is none.</param>
    /// <param name="trainPath">The file of rows to learn from.</param>
    /// <param name="validationPath">The file of rows to choose a model by; null for none.</param>
    /// <param name="testPath">The file of rows to judge the model by; null for none.</param>
    /// <param name="split">Which of these are cut off the training rows instead; null for none.</param>
    /// <param name="cancellationToken">Gives up; nothing is stored then.</param>
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
