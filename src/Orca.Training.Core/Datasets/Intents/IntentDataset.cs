using System.Text;
using Orca.Training.Files;
using static System.FormattableString;

namespace Orca.Training.Datasets.Intents;

/// <summary>
/// Adds datasets of intents: texts, each with the label of what its speaker wants. They come as CSV files of two columns,
/// <c>utterance,label</c> (UTF-8, RFC 4180; that very header line may be there), and are stored in one canonical form, so that the
/// same rows in the same order give the same version whatever the line ends and the quoting.
/// </summary>
/// <remarks>
/// The snapshot holds <c>examples.csv</c> (the training rows), <c>labels.csv</c> (their distinct labels, one a line, in ordinal
/// order), and <c>validation.csv</c> and <c>test.csv</c> where they were given; none has a header line. Blank lines are left out,
/// white space around a label too, and a line end within a field becomes a line feed.
/// </remarks>
public static class IntentDataset
{
    /// <summary>The most distinct labels: all of them are kept in memory while the files are read.</summary>
    private const int MaxLabels = 10_000;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Adds a version from CSV files. Each is read once, and its canonical form waits in a temporary file: memory does not grow with it.</summary>
    /// <param name="store">Where to.</param>
    /// <param name="datasetId">The dataset.</param>
    /// <param name="train">The rows to learn from.</param>
    /// <param name="validation">Rows to choose a model by; their labels must be among the training rows'.</param>
    /// <param name="test">Rows to judge the model by; their labels must be among the training rows'.</param>
    /// <param name="cancellationToken">Gives up; nothing is stored then.</param>
    /// <exception cref="DatasetException">A row or a name is not what it should be; nothing is stored. It says file, line and what would be right.</exception>
    /// <exception cref="IOException">A file cannot be read, or the store cannot be written.</exception>
    public static async Task<DatasetVersion> AddIntentsAsync(
        this IDatasetStore store,
        string datasetId,
        CsvSource train,
        CsvSource? validation = null,
        CsvSource? test = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(train);
        var folder = Directory.CreateTempSubdirectory("orca-intents-").FullName;
        try
        {
            var labels = new SortedSet<string>(StringComparer.Ordinal);
            var files = new List<DatasetFile> { await RewriteAsync(train, folder, "examples.csv", r => Learn(r, labels, train), cancellationToken) };
            files.Add(await WriteLabelsAsync(labels, folder, cancellationToken));
            if (validation is not null)
            {
                files.Add(await RewriteAsync(validation, folder, "validation.csv", r => Compare(r, labels, validation, train), cancellationToken));
            }

            if (test is not null)
            {
                files.Add(await RewriteAsync(test, folder, "test.csv", r => Compare(r, labels, test, train), cancellationToken));
            }

            return await store.AddAsync(datasetId, files, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Adds a version from CSV files of this host; as <see cref="AddIntentsAsync"/> otherwise.</summary>
    /// <param name="store">Where to.</param>
    /// <param name="datasetId">The dataset.</param>
    /// <param name="trainPath">The file of rows to learn from.</param>
    /// <param name="validationPath">The file of rows to choose a model by; null for none.</param>
    /// <param name="testPath">The file of rows to judge the model by; null for none.</param>
    /// <param name="cancellationToken">Gives up; nothing is stored then.</param>
    /// <exception cref="DatasetException">A row or a name is not what it should be; nothing is stored.</exception>
    /// <exception cref="IOException">A file is not there or cannot be read, or the store cannot be written.</exception>
    public static Task<DatasetVersion> AddIntentFilesAsync(
        this IDatasetStore store,
        string datasetId,
        string trainPath,
        string? validationPath = null,
        string? testPath = null,
        CancellationToken cancellationToken = default) =>
        store.AddIntentsAsync(
            datasetId,
            CsvSource.FromFile(trainPath),
            validationPath is null ? null : CsvSource.FromFile(validationPath),
            testPath is null ? null : CsvSource.FromFile(testPath),
            cancellationToken);

    private static async Task<DatasetFile> RewriteAsync(CsvSource source, string folder, string name, Action<IntentRow> check, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, name);
        long rows = 0;
        await using (var reader = await IntentCsvReader.OpenAsync(source, cancellationToken))
        await using (var writer = new StreamWriter(path, append: false, Utf8))
        {
            while (await reader.ReadAsync(cancellationToken) is { } row)
            {
                check(row);
                await writer.WriteAsync(CsvLine.Of(row.Utterance, row.Label).AsMemory(), cancellationToken);
                rows++;
            }
        }

        return rows > 0
            ? FileOf(path, name)
            : throw new DatasetException($"{source.Name} has no rows: give at least one line with an utterance and its label.", source.Name);
    }

    private static async Task<DatasetFile> WriteLabelsAsync(SortedSet<string> labels, string folder, CancellationToken cancellationToken)
    {
        const string name = "labels.csv";
        var path = Path.Combine(folder, name);
        await using var writer = new StreamWriter(path, append: false, Utf8);
        foreach (var label in labels)
        {
            await writer.WriteAsync(CsvLine.Of(label).AsMemory(), cancellationToken);
        }

        return FileOf(path, name);
    }

    private static DatasetFile FileOf(string path, string name) =>
        new(name, _ => ValueTask.FromResult<Stream>(HashedCopy.OpenToRead(path)));

    private static void Learn(IntentRow row, SortedSet<string> labels, CsvSource train)
    {
        if (labels.Add(row.Label) && labels.Count > MaxLabels)
        {
            throw new DatasetException(
                Invariant($"{train.Name}, line {row.Line}: {PlainName.Quoted(row.Label)} is one label more than the {MaxLabels} that a dataset can have. Are the columns swapped?"),
                train.Name,
                row.Line);
        }
    }

    private static void Compare(IntentRow row, SortedSet<string> labels, CsvSource source, CsvSource train)
    {
        if (!labels.Contains(row.Label))
        {
            throw new DatasetException(
                Invariant($"{source.Name}, line {row.Line}: no row of {train.Name} has the label {PlainName.Quoted(row.Label)}: correct it, or add such rows to learn from."),
                source.Name,
                row.Line);
        }
    }
}
