using Orca.Training.Files;
using Sylvan.Data.Csv;
using static System.FormattableString;

namespace Orca.Training.Datasets.Intents;

/// <summary>An example: a text, and what its speaker wants.</summary>
/// <param name="Utterance">The text, line ends as line feeds.</param>
/// <param name="Label">The intent, without white space around it; several with a semicolon between them; empty where no labels are asked for.</param>
/// <param name="Line">The line of the file on which its row starts, counted from 1.</param>
internal readonly record struct IntentRow(string Utterance, string Label, long Line)
{
    public const char Separator = ';';

    /// <summary>The labels, each once.</summary>
    public string[] Labels => Label.Split(Separator);
}

/// <summary>
/// Reads rows of utterance and label, or of utterances alone, and says of a wrong one on which line it stands and what would be right. One row is in
/// memory at a time.
/// </summary>
internal sealed class IntentCsvReader : IAsyncDisposable
{
    public const int MaxFieldLength = 10_000;

    // Two fields of full length, each character a doubled quote, fit in.
    private const int MaxRowLength = 64 * 1024;

    private readonly string _file;
    private readonly bool _isLabelled;
    private readonly Stream _stream;
    private readonly CsvDataReader _csv;
    private long _nextLine = 1;
    private bool _isPastHeader;

    private IntentCsvReader(string file, bool isLabelled, Stream stream, CsvDataReader csv)
    {
        _file = file;
        _isLabelled = isLabelled;
        _stream = stream;
        _csv = csv;
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="DatasetException">It does not even start as text.</exception>
    public static async Task<IntentCsvReader> OpenAsync(CsvSource source, bool isLabelled, CancellationToken cancellationToken)
    {
        var stream = await source.Open(cancellationToken);
        try
        {
            // The parser reads a first row when it is made, and could say nothing of where that is broken: so it gets one of ours.
            var text = new Utf8Reader(stream, source.Name, prologue: ",\n", cancellationToken);
            var csv = await CsvDataReader.CreateAsync(text, new CsvDataReaderOptions
            {
                HasHeaders = false,
                Delimiter = ',',
                CsvStyle = CsvStyle.Standard,
                // An utterance may well start with '#'; no text that arrives here holds a NUL.
                Comment = '\0',
                BufferSize = MaxRowLength,
                MaxBufferSize = MaxRowLength,
            }, cancellationToken);
            await csv.ReadAsync(cancellationToken);
            return new IntentCsvReader(source.Name, isLabelled, stream, csv);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>The next row, or null after the last. Blank lines and the header are passed over.</summary>
    /// <exception cref="DatasetException">What stands there is no such row.</exception>
    public async Task<IntentRow?> ReadAsync(CancellationToken cancellationToken)
    {
        while (await MoveAsync(cancellationToken))
        {
            var line = _nextLine;
            _nextLine += _csv.GetRawRecordSpan().Count('\n');
            if (_csv.RowFieldCount == 1 && _csv.GetFieldSpan(0).IsWhiteSpace())
            {
                continue;
            }

            var isFirst = !_isPastHeader;
            _isPastHeader = true;
            if (isFirst && IsHeader())
            {
                continue;
            }

            return Row(line);
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _csv.DisposeAsync();
        await _stream.DisposeAsync();
    }

    private async Task<bool> MoveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _csv.ReadAsync(cancellationToken);
        }
        catch (CsvRecordTooLargeException e)
        {
            throw Wrong(_nextLine, "the row that starts here does not end within 65,536 characters: a quoted field has probably lost its closing quote.", e);
        }
        catch (CsvInvalidCharacterException e)
        {
            // What the parser still gives is the row's text up to the broken field.
            var line = _nextLine + _csv.GetRawRecordSpan().Count('\n');
            throw Wrong(line, e.InvalidCharacter == '"'
                ? "the quoted field that starts here does not end as one: close it with a quote right before the comma or the line's end, and double each quote within it."
                : $"{PlainName.Quoted(e.InvalidCharacter.ToString())} follows the closing quote of the field that starts here: double each quote within a field, and let a comma or the line's end follow its closing quote.", e);
        }
    }

    private bool IsHeader() => _csv.RowFieldCount == (_isLabelled ? 2 : 1)
        && _csv.GetFieldSpan(0).Equals("utterance", StringComparison.OrdinalIgnoreCase)
        && (!_isLabelled || _csv.GetFieldSpan(1).Equals("label", StringComparison.OrdinalIgnoreCase));

    private IntentRow Row(long line)
    {
        var columns = _csv.RowFieldCount;
        if (!_isLabelled)
        {
            return columns == 1 ? new IntentRow(Utterance(line), "", line)
                : throw Wrong(line, Invariant($"there are {columns} columns: give an utterance alone, and put quotes around one that holds a comma."));
        }

        return columns switch
        {
            1 => throw Wrong(line, $"there is one column, {PlainName.Quoted(_csv.GetString(0))}: give an utterance and its label with a comma between them."),
            2 => new IntentRow(Utterance(line), Label(line), line),
            _ => throw Wrong(line, Invariant($"there are {columns} columns: give an utterance and its label, and put quotes around one that holds a comma.")),
        };
    }

    private string Utterance(long line)
    {
        Check(line, "utterance", _csv.GetFieldSpan(0));
        return _csv.GetString(0);
    }

    private string Label(long line)
    {
        Check(line, "label", _csv.GetFieldSpan(1));
        var label = _csv.GetString(1).Trim();
        if (!label.Contains(IntentRow.Separator))
        {
            return label;
        }

        var labels = label.Split(IntentRow.Separator, StringSplitOptions.TrimEntries);
        var seen = new HashSet<string>(labels.Length, StringComparer.Ordinal);
        foreach (var one in labels)
        {
            if (one.Length == 0)
            {
                throw Wrong(line, $"one of the labels in {PlainName.Quoted(label)} is empty: semicolons stand between labels, so give one on both sides of each.");
            }

            if (!seen.Add(one))
            {
                throw Wrong(line, $"the label {PlainName.Quoted(one)} is there twice in {PlainName.Quoted(label)}: give each label of an utterance once.");
            }
        }

        return string.Join(IntentRow.Separator, labels);
    }

    private void Check(long line, string column, ReadOnlySpan<char> field)
    {
        if (field.IsWhiteSpace())
        {
            throw Wrong(line, _isLabelled ? $"the {column} is empty: give both an utterance and its label." : $"the {column} is empty: give one, or leave the line out.");
        }

        if (field.Length > MaxFieldLength)
        {
            throw Wrong(line, Invariant($"the {column} has {field.Length} characters: give at most {MaxFieldLength}."));
        }
    }

    private DatasetException Wrong(long line, string what, Exception? cause = null) =>
        new(Invariant($"{_file}, line {line}: {what}"), _file, line, cause);
}
