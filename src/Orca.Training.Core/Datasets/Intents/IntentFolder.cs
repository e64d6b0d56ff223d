using System.Text;
using Orca.Training.Files;
using static System.FormattableString;

namespace Orca.Training.Datasets.Intents;

/// <summary>The canonical files of one add, which wait in a temporary folder until the store has read them.</summary>
internal sealed class IntentFolder : IDisposable
{
    /// <summary>The most distinct labels: all of them are kept in memory while the files are read.</summary>
    private const int MaxLabels = 10_000;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _path = Directory.CreateTempSubdirectory("orca-intents-").FullName;
    private readonly Dictionary<string, long> _rowsByLabel = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _rowsByFirst = new(StringComparer.Ordinal);
    private readonly LabelBook _labels = new();
    private readonly IntentCensus _census = new();

    /// <summary>Those that are written, in the order in which the store shall read them.</summary>
    public List<DatasetFile> Files { get; } = [];

    /// <summary>What stands in the rows that are written.</summary>
    public IntentReport Report => _census.Report();

    public void Dispose() => Directory.Delete(_path, recursive: true);

    /// <summary>The rows to learn from, and their labels.</summary>
    public async Task WriteTrainingAsync(CsvSource train, CancellationToken cancellationToken)
    {
        await RewriteAsync(train, "examples.csv", row =>
        {
            Learn(row, train);
            _census.Add(SplitPart.Train, train.Name, row);
        }, cancellationToken);
        _labels.Close();
        await WriteLabelsAsync(cancellationToken);
    }

    /// <summary>As <see cref="WriteTrainingAsync"/>, of rows of which a part goes into the other files.</summary>
    public async Task WriteSplitAsync(CsvSource train, IntentSplit split, CancellationToken cancellationToken)
    {
        const string all = "all.csv";
        await RewriteAsync(train, all, row => Learn(row, train), cancellationToken);
        Files.Clear();
        _labels.Close();
        var cutter = new SplitCutter(split, _rowsByFirst, _rowsByLabel);
        var rows = new long[3];
        await using (var reader = await IntentCsvReader.OpenAsync(CsvSource.FromFile(Path.Combine(_path, all)) with { HasHeader = false }, _labels, cancellationToken))
        await using (var examples = Create("examples.csv"))
        await using (var validation = split.Validation > 0 ? Create("validation.csv") : null)
        await using (var test = split.Test > 0 ? Create("test.csv") : null)
        {
            while (await reader.ReadAsync(cancellationToken) is { } row)
            {
                var part = cutter.Next(row.Labels);
                rows[(int)part]++;
                _census.Add(part, train.Name, row);
                var writer = part == SplitPart.Train ? examples : part == SplitPart.Validation ? validation! : test!;
                await writer.WriteAsync(CsvLine.Of(row.Utterance, row.Label).AsMemory(), cancellationToken);
            }
        }

        await WriteLabelsAsync(cancellationToken);
        CheckPart(train, nameof(split.Validation), split.Validation, rows[(int)SplitPart.Validation]);
        CheckPart(train, nameof(split.Test), split.Test, rows[(int)SplitPart.Test]);
    }

    /// <summary>Rows whose labels must be among the training rows'.</summary>
    public Task WriteComparedAsync(CsvSource source, SplitPart part, string name, CsvSource train, CancellationToken cancellationToken) =>
        RewriteAsync(source, name, row =>
        {
            Compare(row, source, train);
            _census.Add(part, source.Name, row);
        }, cancellationToken);

    /// <summary>Texts without labels.</summary>
    public async Task WriteUtterancesAsync(CsvSource source, CancellationToken cancellationToken)
    {
        long rows = 0;
        await using (var reader = await IntentCsvReader.OpenAsync(source, labels: null, cancellationToken))
        await using (var writer = Create("examples.csv"))
        {
            while (await reader.ReadAsync(cancellationToken) is { } row)
            {
                if (rows == 0 && HeaderRule.IsTextName(row.Utterance))
                {
                    // Whoever reads the canonical file would take this text for a header, and has one before it now.
                    await writer.WriteAsync(CsvLine.Of("utterance").AsMemory(), cancellationToken);
                }

                await writer.WriteAsync(CsvLine.Of(row.Utterance).AsMemory(), cancellationToken);
                rows++;
            }
        }

        if (rows == 0)
        {
            throw new DatasetException($"{source.Name} has no rows: give at least one line with an utterance.", source.Name);
        }
    }

    private async Task RewriteAsync(CsvSource source, string name, Action<IntentRow> take, CancellationToken cancellationToken)
    {
        long rows = 0;
        await using (var reader = await IntentCsvReader.OpenAsync(source, _labels, cancellationToken))
        await using (var writer = Create(name))
        {
            while (await reader.ReadAsync(cancellationToken) is { } row)
            {
                take(row);
                await writer.WriteAsync(CsvLine.Of(row.Utterance, row.Label).AsMemory(), cancellationToken);
                rows++;
            }
        }

        if (rows == 0)
        {
            throw new DatasetException($"{source.Name} has no rows: give at least one line with an utterance and its label.", source.Name);
        }
    }

    private async Task WriteLabelsAsync(CancellationToken cancellationToken)
    {
        await using var writer = Create("labels.csv");
        foreach (var label in _rowsByLabel.Keys.Order(StringComparer.Ordinal))
        {
            await writer.WriteAsync(CsvLine.Of(label).AsMemory(), cancellationToken);
        }
    }

    private StreamWriter Create(string name)
    {
        var path = Path.Combine(_path, name);
        Files.Add(new DatasetFile(name, _ => ValueTask.FromResult<Stream>(HashedCopy.OpenToRead(path))));
        return new StreamWriter(path, append: false, Utf8);
    }

    private void Learn(IntentRow row, CsvSource train)
    {
        Count(_rowsByFirst, row.Labels[0]);
        foreach (var label in row.Labels)
        {
            Count(_rowsByLabel, label);
            if (_rowsByLabel.Count > MaxLabels)
            {
                throw new DatasetException(
                    Invariant($"{train.Name}, line {row.Line}: {PlainName.Quoted(label)} is one label more than the {MaxLabels} that a dataset can have. Are the columns swapped?"),
                    train.Name,
                    row.Line);
            }
        }
    }

    private void Compare(IntentRow row, CsvSource source, CsvSource train)
    {
        if (row.Labels.FirstOrDefault(l => !_rowsByLabel.ContainsKey(l)) is { } unknown)
        {
            throw new DatasetException(
                Invariant($"{source.Name}, line {row.Line}: no row of {train.Name} has the label {PlainName.Quoted(unknown)}: correct it, or add training rows with this label."),
                source.Name,
                row.Line);
        }
    }

    private static void CheckPart(CsvSource train, string field, double fraction, long rows)
    {
        if (fraction > 0 && rows == 0)
        {
            throw new DatasetException(
                Invariant($"{train.Name} has too few rows for {field} {fraction}, because each label keeps one for training: add rows, or use {field} 0."),
                train.Name);
        }
    }

    private static void Count(Dictionary<string, long> counts, string label) =>
        counts[label] = counts.GetValueOrDefault(label) + 1;
}
