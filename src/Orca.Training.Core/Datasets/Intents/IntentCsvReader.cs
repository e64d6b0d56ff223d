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
    private readonly bool? _hasHeader;
    private readonly LabelBook? _labels;
    private readonly Stream _stream;
    private readonly CsvDataReader _csv;
    private long _nextLine = 1;
    private bool _isPastFirst;
    private (string Text, string Label)? _header;
    private IntentRow? _suspect;

    private IntentCsvReader(CsvSource source, LabelBook? labels, Stream stream, CsvDataReader csv)
    {
        _file = source.Name;
        _hasHeader = source.HasHeader;
        _labels = labels;
        _stream = stream;
        _csv = csv;
    }

    private bool IsLabelled => _labels is not null;

    /// <summary>Opens a file.</summary>
    /// <param name="source">The file.</param>
    /// <param name="labels">The dataset's labels, which this file's are held against; null for a file of texts alone.</param>
    /// <param name="cancellationToken">Ends this and all reading.</param>
    /// <exception cref="DatasetException">It does not even start as text.</exception>
    public static async Task<IntentCsvReader> OpenAsync(CsvSource source, LabelBook? labels, CancellationToken cancellationToken)
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
            return new IntentCsvReader(source, labels, stream, csv);
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

            var isFirst = !_isPastFirst;
            _isPastFirst = true;
            if (IsHeader(line, isFirst))
            {
                continue;
            }

            var row = Row(line);
            Suspect(row, isFirst);
            return row;
        }

        return _suspect is not { } suspect ? null
            : throw Wrong(suspect.Line, $"{LookAlike.Spelt(suspect.Utterance)} and {LookAlike.Spelt(suspect.Label)} look like a header, and no other row has this label: {Remedy}");
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
                ? "the quoted field that starts here is not closed correctly: close it with a quote directly before the comma or the end of the line, and double each quote within it."
                : $"{PlainName.Quoted(e.InvalidCharacter.ToString())} follows the closing quote of the field that starts here: double each quote within a field, and let a comma or the line's end follow its closing quote.", e);
        }
    }

    private const string Remedy = "delete the line, or set HasHeader to true if it is a header and to false if it is a row.";

    private bool IsHeader(long line, bool isFirst)
    {
        if (_hasHeader == false || _csv.RowFieldCount != (IsLabelled ? 2 : 1))
        {
            return false;
        }

        var (text, label) = (_csv.GetString(0), IsLabelled ? _csv.GetString(1) : "");
        if (isFirst && _hasHeader == true)
        {
            _header = (text, label);
            return true;
        }

        return IsLabelled ? IsHeader(line, isFirst, text, label) : isFirst && HeaderRule.IsTextName(text);
    }

    private bool IsHeader(long line, bool isFirst, string text, string label)
    {
        var isSwapped = HeaderRule.IsSwapped(text, label);
        var isRepeated = _header is { } header && HeaderRule.IsSame(header.Text, text) && HeaderRule.IsSame(header.Label, label);
        if (!(isSwapped || isRepeated || HeaderRule.IsHeader(text, label)) || IsOfKnownLabels(label))
        {
            return false;
        }

        return !isFirst
            ? throw Wrong(line, $"{LookAlike.Spelt(text)} and {LookAlike.Spelt(label)} are a header, and a header is allowed in the first row only: delete the line, or set HasHeader to false to read each line as a row.")
            : isSwapped
            ? throw Wrong(line, $"{LookAlike.Spelt(text)} and {LookAlike.Spelt(label)} are a header with swapped columns: give the utterance first, then its label.")
            : true;
    }

    /// <summary>What a first row is shows by the rows after it: names of columns are no labels.</summary>
    private void Suspect(IntentRow row, bool isFirst)
    {
        if (!IsLabelled || _hasHeader is not null)
        {
            return;
        }

        if (isFirst)
        {
            _suspect = HeaderRule.LooksLikeHeader(row.Utterance, row.Label) && !IsOfKnownLabels(row.Label) ? row : null;
        }
        else if (_suspect is { } first && row.Labels.Any(first.Labels.Contains))
        {
            _suspect = null;
        }
    }

    private bool IsOfKnownLabels(string label) =>
        _labels is { IsClosed: true } && label.Split(IntentRow.Separator, StringSplitOptions.TrimEntries).All(_labels.Holds);

    private IntentRow Row(long line)
    {
        var columns = _csv.RowFieldCount;
        if (!IsLabelled)
        {
            return columns == 1 ? new IntentRow(Utterance(line), "", line)
                : throw Wrong(line, Invariant($"there are {columns} columns: give the utterance only, and put quotes around it if it contains a comma."));
        }

        return columns switch
        {
            1 => throw Wrong(line, $"there is one column, {PlainName.Quoted(_csv.GetString(0))}: give an utterance and its label with a comma between them."),
            2 => new IntentRow(Utterance(line), Label(line), line),
            _ => throw Wrong(line, Invariant($"there are {columns} columns: give an utterance and its label, and put quotes around a field that contains a comma.")),
        };
    }

    private string Utterance(long line)
    {
        Check(line, "utterance", _csv.GetFieldSpan(0));
        var text = _csv.GetString(0);
        return StartsWithQuoteAfterBlank(text) && text.AsSpan().TrimEnd() is { Length: > 2 } trimmed && trimmed[^1] == '"'
            ? throw QuotesAfterBlank(line, "utterance")
            : text;
    }

    private string Label(long line)
    {
        Check(line, "label", _csv.GetFieldSpan(1));
        var field = _csv.GetString(1);
        if (StartsWithQuoteAfterBlank(field))
        {
            throw QuotesAfterBlank(line, "label");
        }

        var label = field.Trim();
        if (label.Any(char.IsControl))
        {
            throw Wrong(line, $"the label {LookAlike.Spelt(label)} contains a control character: give printable text.");
        }

        if (!label.Contains(IntentRow.Separator))
        {
            return Known(label, line);
        }

        var labels = label.Split(IntentRow.Separator, StringSplitOptions.TrimEntries);
        var seen = new HashSet<string>(labels.Length, StringComparer.Ordinal);
        foreach (var one in labels)
        {
            if (LookAlike.IsBlank(one))
            {
                throw Wrong(line, $"one of the labels in {PlainName.Quoted(label)} is empty: semicolons separate labels, so give a label on both sides of each.");
            }

            if (!seen.Add(Known(one, line)))
            {
                throw Wrong(line, $"the label {PlainName.Quoted(one)} appears twice in {PlainName.Quoted(label)}: give each label of an utterance once.");
            }
        }

        return string.Join(IntentRow.Separator, labels);
    }

    private string Known(string label, long line) => _labels!.Conflict(label, _file, line) is not { } other
        ? label
        : throw Wrong(line, Invariant($"the label {LookAlike.Spelt(label)} looks like {LookAlike.Spelt(other.Label)} of {(other.File == _file ? "" : other.File + ", ")}line {other.Line}, but would be a different class: use one spelling."));

    private static bool StartsWithQuoteAfterBlank(string field) =>
        field.Length > 0 && char.IsWhiteSpace(field[0]) && field.AsSpan().TrimStart() is ['"', ..];

    private DatasetException QuotesAfterBlank(long line, string column) =>
        Wrong(line, $"the {column} has quotes after a space, which would become a part of it: begin the field with its quote.");

    private void Check(long line, string column, ReadOnlySpan<char> field)
    {
        if (LookAlike.IsBlank(field))
        {
            throw Wrong(line, IsLabelled ? $"the {column} is empty: give both an utterance and its label." : $"the {column} is empty: give one, or leave the line out.");
        }

        if (field.Length > MaxFieldLength)
        {
            throw Wrong(line, Invariant($"the {column} has {field.Length} characters: give at most {MaxFieldLength}."));
        }
    }

    private DatasetException Wrong(long line, string what, Exception? cause = null) =>
        new(Invariant($"{_file}, line {line}: {what}"), _file, line, cause);
}
