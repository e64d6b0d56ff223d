namespace Orca.Training.Datasets.Intents;

/// <summary>
/// Adds datasets of intents: texts, each with a label for the intent of its speaker. The input is CSV files with two columns,
/// <c>utterance,label</c> (UTF-8, RFC 4180, with or without a header; see <see cref="CsvSource.HasHeader"/>). They are stored in one
/// canonical form, so that the same rows in the same order give the same version, whatever the line endings and the quoting. A row can have
/// several labels, separated by semicolons: <c>utterance,label;label</c>.
/// </summary>
/// <remarks>
/// The snapshot contains <c>examples.csv</c> (the training rows), <c>labels.csv</c> (their distinct labels, one per line, in ordinal
/// order), and <c>validation.csv</c> and <c>test.csv</c> if there are such rows. None has a header. Blank lines and white space around
/// labels are removed. A line ending within a field becomes a line feed.
/// </remarks>
public static class IntentDataset
{
    /// <summary>
    /// Adds a version from CSV files. Each file is read once, and its canonical form is written to a temporary file, so memory does not
    /// grow with its size.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="datasetId">The dataset.</param>
    /// <param name="train">The training rows.</param>
    /// <param name="validation">The validation rows. Their labels must occur in the training rows.</param>
    /// <param name="test">The test rows. Their labels must occur in the training rows.</param>
    /// <param name="split">Which of these to split off the training rows instead. Null for none.</param>
    /// <param name="cancellationToken">Cancels the call; nothing is stored.</param>
    /// <exception cref="DatasetException">
    /// A row or a name is wrong; nothing is stored. The message names the file, the line and what would be right.
    /// </exception>
    /// <exception cref="ArgumentException">The split is not valid; the message says what would be right.</exception>
    /// <exception cref="IOException">A file cannot be read, or the store cannot be written.</exception>
    public static async Task<AddedDataset> AddIntentsAsync(
        this IDatasetStore store,
        string datasetId,
        CsvSource train,
        CsvSource? validation = null,
        CsvSource? test = null,
        IntentSplit? split = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(train);
        split?.Check(validation is not null, test is not null);
        using var folder = new IntentFolder();
        await (split is null ? folder.WriteTrainingAsync(train, cancellationToken) : folder.WriteSplitAsync(train, split, cancellationToken));
        if (validation is not null)
        {
            await folder.WriteComparedAsync(validation, SplitPart.Validation, "validation.csv", train, cancellationToken);
        }

        if (test is not null)
        {
            await folder.WriteComparedAsync(test, SplitPart.Test, "test.csv", train, cancellationToken);
        }

        return new AddedDataset(await store.AddAsync(datasetId, folder.Files, cancellationToken), folder.Report);
    }

    /// <summary>
    /// Adds a version of texts without labels, which a model can label: a CSV file with one column, <c>utterance</c>, which becomes
    /// <c>examples.csv</c> in the same canonical form.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="datasetId">The dataset.</param>
    /// <param name="utterances">The texts.</param>
    /// <param name="cancellationToken">Cancels the call; nothing is stored.</param>
    /// <exception cref="DatasetException">
    /// A row or a name is wrong; nothing is stored. The message names the file, the line and what would be right.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read, or the store cannot be written.</exception>
    public static async Task<DatasetVersion> AddUtterancesAsync(
        this IDatasetStore store, string datasetId, CsvSource utterances, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(utterances);
        using var folder = new IntentFolder();
        await folder.WriteUtterancesAsync(utterances, cancellationToken);
        return await store.AddAsync(datasetId, folder.Files, cancellationToken);
    }

    /// <summary>Adds a version from CSV files of this host, like <see cref="AddIntentsAsync"/>.</summary>
    /// <param name="store">The store.</param>
    /// <param name="datasetId">The dataset.</param>
    /// <param name="trainPath">The file with the training rows.</param>
    /// <param name="validationPath">The file with the validation rows. Null for none.</param>
    /// <param name="testPath">The file with the test rows. Null for none.</param>
    /// <param name="split">Which of these to split off the training rows instead. Null for none.</param>
    /// <param name="cancellationToken">Cancels the call; nothing is stored.</param>
    /// <exception cref="DatasetException">A row or a name is wrong; nothing is stored.</exception>
    /// <exception cref="ArgumentException">The split is not valid; the message says what would be right.</exception>
    /// <exception cref="IOException">A file does not exist or cannot be read, or the store cannot be written.</exception>
    public static Task<AddedDataset> AddIntentFilesAsync(
        this IDatasetStore store,
        string datasetId,
        string trainPath,
        string? validationPath = null,
        string? testPath = null,
        IntentSplit? split = null,
        CancellationToken cancellationToken = default) =>
        store.AddIntentsAsync(
            datasetId,
            CsvSource.FromFile(trainPath),
            validationPath is null ? null : CsvSource.FromFile(validationPath),
            testPath is null ? null : CsvSource.FromFile(testPath),
            split,
            cancellationToken);
}
