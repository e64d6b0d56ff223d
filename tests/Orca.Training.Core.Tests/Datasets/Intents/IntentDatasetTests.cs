using System.Text;
using CsCheck;
using Orca.Training.Datasets;
using Orca.Training.Datasets.Folders;
using Orca.Training.Datasets.Intents;
using Orca.Training.Files;
using Orca.Training.Testing.Conformance.Datasets;
using Orca.Training.Tests.Files;

namespace Orca.Training.Tests.Datasets.Intents;

public sealed class IntentDatasetTests : IDisposable
{
    private static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.String[Gen.Char["ab ,\"\n\r#;é\uFEFF\u2028\f"], 0, 12],
        Gen.String[Gen.Char['\u0001', '\uD7FF'], 0, 6],
        Gen.Const("😀 “smile”"));

    private static readonly Gen<(string Utterance, string Label)[]> AnyRows =
        Gen.Select(AnyText.Where(IsText), AnyText.Where(IsLabel)).Array[1, 20].Where(AreApart);

    private readonly TempFolder _folder = new();
    private readonly FolderDatasetStore _store;

    public IntentDatasetTests() => _store = new FolderDatasetStore(_folder.Path);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rows_are_stored_in_canonical_form_with_their_labels()
    {
        var (version, _) = await _store.AddIntentsAsync(
            "intents",
            Csv("train.csv", "\uFEFFUtterance,LABEL\r\n\"play jazz\", music \r\n\r\n\"say \"\"hi\"\", please\",greeting\r\n#1,\"a,b\"\r\n"),
            Csv("validation.csv", "hello,greeting"),
            Csv("test.csv", "utterance,label\nplay,music\n"),
            cancellationToken: Cancel);

        var folder = (await _store.OpenAsync(version, Cancel)).LocalPath;
        Assert.Equal(["examples.csv", "labels.csv", "test.csv", "validation.csv"], Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order());
        Assert.Equal("play jazz,music\n\"say \"\"hi\"\", please\",greeting\n#1,\"a,b\"\n", Read("examples.csv"));
        Assert.Equal("\"a,b\"\ngreeting\nmusic\n", Read("labels.csv"));
        Assert.Equal("hello,greeting\n", Read("validation.csv"));
        Assert.Equal("play,music\n", Read("test.csv"));

        string Read(string name) => Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, name)));
    }

    [Fact]
    public async Task Files_of_the_host_are_added_by_path()
    {
        File.WriteAllText(_folder["train.csv"], "a,b");
        var version = (await _store.AddIntentFilesAsync("intents", _folder["train.csv"], cancellationToken: Cancel)).Version;
        Assert.Equal(version, (await _store.AddIntentsAsync("intents", Csv("x", "utterance,label\na,b\n"), cancellationToken: Cancel)).Version);

        File.WriteAllText(_folder["test.csv"], "a,c");
        var error = await Assert.ThrowsAsync<DatasetException>(() =>
            _store.AddIntentFilesAsync("intents", _folder["train.csv"], testPath: _folder["test.csv"], cancellationToken: Cancel));
        Assert.Equal("test.csv", error.File);
        await Assert.ThrowsAsync<FileNotFoundException>(() => _store.AddIntentFilesAsync("intents", _folder["none.csv"], cancellationToken: Cancel));
    }

    public static TheoryData<string, long, string> WrongRows => new()
    {
        { "a,b\n\"c,d\ne,f\n", 2, "the quoted field that starts here is not closed correctly: close it with a quote directly before the comma or the end of the line, and double each quote within it." },
        { "\"a,b", 1, "the quoted field that starts here is not closed correctly: close it with a quote directly before the comma or the end of the line, and double each quote within it." },
        { "a,b\n\"c\r\nc\r\nc\",\"d\r\n", 4, "the quoted field that starts here is not closed correctly: close it with a quote directly before the comma or the end of the line, and double each quote within it." },
        { "a,b\r\n\r\nc,\"d\" \r\n", 3, "the quoted field that starts here is not closed correctly: close it with a quote directly before the comma or the end of the line, and double each quote within it." },
        { "a,b\n\n\n\"c\"x,d\n", 4, "'x' follows the closing quote of the field that starts here: double each quote within a field, and let a comma or the line's end follow its closing quote." },
        { "a,b\r c,\"d\"\"\"e\r", 2, "'e' follows the closing quote of the field that starts here: double each quote within a field, and let a comma or the line's end follow its closing quote." },
        { "a,b\nc\n", 2, "there is one column, 'c': give an utterance and its label with a comma between them." },
        { "a,b\nc,d,e\n", 2, "there are 3 columns: give an utterance and its label, and put quotes around a field that contains a comma." },
        { "utterance,label\n\"x\ny\",b\n,d\n", 4, "the utterance is empty: give both an utterance and its label." },
        { "a,b\nc, \n", 2, "the label is empty: give both an utterance and its label." },
        { "utterance,label\nutterance,\n", 2, "the label is empty: give both an utterance and its label." },
        { "a,b\nc,d; ;e\n", 2, "one of the labels in 'd; ;e' is empty: semicolons separate labels, so give a label on both sides of each." },
        { "a,b\nc,d;\n", 2, "one of the labels in 'd;' is empty: semicolons separate labels, so give a label on both sides of each." },
        { "a,b\nc,d;e; d\n", 2, "the label 'd' appears twice in 'd;e; d': give each label of an utterance once." },
        { "a,b\nc\0,d\n", 2, "there is a NUL character: save the file as plain text in UTF-8." },
        { "a,b\n" + new string('c', 10_001) + ",d", 2, "the utterance has 10001 characters: give at most 10000." },
        { "a,b\nc," + new string('d', 10_001), 2, "the label has 10001 characters: give at most 10000." },
        { "a,b\n\"c" + string.Concat(Enumerable.Repeat("\nx,y", 30_000)), 2, "the row that starts here does not end within 65,536 characters: a quoted field has probably lost its closing quote." },
    };

    [Theory]
    [MemberData(nameof(WrongRows))]
    public async Task A_wrong_row_is_named_by_its_line_and_nothing_is_stored(string text, long line, string sentence)
    {
        var error = await Assert.ThrowsAsync<DatasetException>(() => _store.AddIntentsAsync("intents", Csv("train.csv", text), cancellationToken: Cancel));
        Assert.Equal($"train.csv, line {line}: {sentence}", error.Message);
        Assert.Equal(("train.csv", line), (error.File, error.Line));
        Assert.Null(await _store.ResolveAsync("intents", "", Cancel));

        // As validation and test rows they are wrong in the same way.
        var again = await Assert.ThrowsAsync<DatasetException>(() => _store.AddIntentsAsync("intents", Csv("t", "a,b"), Csv("train.csv", text), cancellationToken: Cancel));
        Assert.Equal(error.Message, again.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(70_000)]
    public async Task The_first_byte_that_is_not_utf8_is_named_by_its_line(int rowsBefore)
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("é,b\r\n", rowsBefore))), .. "a,b\rc,\""u8, 0xFF, .. "\",\n"u8];
        var error = await Assert.ThrowsAsync<DatasetException>(() => _store.AddIntentsAsync("intents", Csv("train.csv", bytes), cancellationToken: Cancel));
        Assert.Equal($"train.csv, line {rowsBefore + 2}: the byte 0xFF is not UTF-8 here: save the file in UTF-8.", error.Message);
        Assert.Equal(rowsBefore + 2, error.Line);
    }

    [Fact]
    public async Task A_character_cut_off_by_the_end_of_the_file_is_not_utf8()
    {
        var error = await Assert.ThrowsAsync<DatasetException>(() => _store.AddIntentsAsync("intents", Csv("train.csv", [.. "a,b\n"u8, 0xC3]), cancellationToken: Cancel));
        Assert.Equal("train.csv, line 2: the byte 0xC3 is not UTF-8 here: save the file in UTF-8.", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF")]
    [InlineData("\n\r\n  \n")]
    [InlineData("utterance,label\n")]
    public async Task A_file_without_rows_is_refused(string text)
    {
        var error = await Assert.ThrowsAsync<DatasetException>(() => _store.AddIntentsAsync("intents", Csv("train.csv", text), cancellationToken: Cancel));
        Assert.Equal("train.csv has no rows: give at least one line with an utterance and its label.", error.Message);
    }

    [Fact]
    public async Task A_label_that_was_not_learnt_is_refused()
    {
        var error = await Assert.ThrowsAsync<DatasetException>(() =>
            _store.AddIntentsAsync("intents", Csv("train.csv", "a,b"), test: Csv("test.csv", "a,b\n\"x\ny\",b\nz,B\n"), cancellationToken: Cancel));
        Assert.Equal("test.csv, line 4: no row of train.csv has the label 'B': correct it, or add training rows with this label.", error.Message);
        Assert.Equal(("test.csv", 4), (error.File, error.Line));
    }

    [Fact]
    public async Task Labels_without_end_are_refused()
    {
        var text = string.Concat(Enumerable.Range(1, 10_001).Select(i => $"a,{i}\n"));
        var error = await Assert.ThrowsAsync<DatasetException>(() => _store.AddIntentsAsync("intents", Csv("train.csv", text), cancellationToken: Cancel));
        Assert.Equal("train.csv, line 10001: '10001' is one label more than the 10000 that a dataset can have. Are the columns swapped?", error.Message);
    }

    [Fact]
    public async Task An_utterance_may_have_several_labels()
    {
        var (version, _) = await _store.AddIntentsAsync("intents", Csv("train.csv", "play and say hi, music ; greeting\nhi,greeting\n"), test: Csv("test.csv", "hi,greeting;music"), cancellationToken: Cancel);

        Assert.Equal("play and say hi,music;greeting\nhi,greeting\n", await ReadAsync(version, "examples.csv"));
        Assert.Equal("greeting\nmusic\n", await ReadAsync(version, "labels.csv"));
        Assert.Equal("hi,greeting;music\n", await ReadAsync(version, "test.csv"));
        var error = await Assert.ThrowsAsync<DatasetException>(() =>
            _store.AddIntentsAsync("intents", Csv("train.csv", "a,b"), test: Csv("test.csv", "a,b;c"), cancellationToken: Cancel));
        Assert.Equal("test.csv, line 1: no row of train.csv has the label 'c': correct it, or add training rows with this label.", error.Message);
    }

    [Fact]
    public void Whatever_rows_are_written_the_same_are_read() =>
        AnyRows.Sample(rows =>
        {
            var text = string.Concat(rows.Select(r => CsvLine.Of(r.Utterance, r.Label)));
            var read = Read(text, pieces: 1 + rows.Length % 7).ToArray();
            Assert.Equal(rows.Select(Canonical), read.Select(r => (r.Utterance, r.Label)));

            // Canonical text is its own canonical form, and the line of each row is where it starts.
            var canonical = rows.Select(Canonical).Select(r => CsvLine.Of(r.Item1, r.Item2)).ToArray();
            var again = Read(string.Concat(canonical), pieces: 3).ToArray();
            Assert.Equal(canonical, again.Select(r => CsvLine.Of(r.Utterance, r.Label)));
            var line = 1L;
            for (var i = 0; i < again.Length; i++)
            {
                Assert.Equal(line, again[i].Line);
                line += canonical[i].Count(c => c == '\n');
            }
        }, iter: 300);

    [Fact]
    public void The_same_rows_give_the_same_version_whatever_the_line_ends_and_the_quoting() =>
        Gen.Select(AnyRows, Gen.OneOf(Gen.Const("\n"), Gen.Const("\r\n"), Gen.Const("\r")), Gen.Bool, Gen.Bool, Gen.Bool).Sample((rows, end, bom, header, quoteAll) =>
        {
            var plain = string.Concat(rows.Select(Canonical).Select(r => CsvLine.Of(r.Item1, r.Item2)));
            var other = (bom ? "\uFEFF" : "") + (header ? "Utterance,Label" + end : "")
                + string.Concat(rows.Select(Canonical).Select(r => Row(r.Item1, r.Item2)));
            Assert.Equal(VersionOf(plain), VersionOf(other));

            string Row(string utterance, string label) => quoteAll
                ? $"{Quote(utterance)},{Quote(" " + label)}{end}{end}"
                : CsvLine.Of(utterance, label).Replace("\n", end, StringComparison.Ordinal);
            string Quote(string text) => "\"" + text.Replace("\n", end, StringComparison.Ordinal).Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
        }, iter: 300);

    [Fact]
    public async Task Rows_that_were_read_do_not_stay_in_memory()
    {
        var row = Encoding.UTF8.GetBytes("please play some jazz in the kitchen,music\n");
        var source = new CsvSource("train.csv", _ => ValueTask.FromResult<Stream>(new RepeatingStream(row, 100_000)));
        await using var reader = await IntentCsvReader.OpenAsync(source, new LabelBook(), Cancel);
        var read = new List<WeakReference>();
        while (await reader.ReadAsync(Cancel) is { } next)
        {
            read.Add(new WeakReference(next.Utterance));
        }

        GC.Collect();
        Assert.Equal(100_000, read.Count);
        // The last row may still stand in a local.
        Assert.InRange(read.Count(r => r.IsAlive), 0, 1);
    }

    [Fact]
    public async Task A_cancelled_read_stores_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var source = new CsvSource("train.csv", _ =>
        {
            cancel.Cancel();
            return ValueTask.FromResult<Stream>(new MemoryStream("a,b\n"u8.ToArray()));
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _store.AddIntentsAsync("intents", source, cancellationToken: cancel.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    private async Task<string> ReadAsync(DatasetVersion version, string file)
    {
        using var reader = new StreamReader(await _store.OpenFileAsync(version, file, Cancel));
        return await reader.ReadToEndAsync(Cancel);
    }

    private static bool IsText(string text) =>
        !LookAlike.IsBlank(text) && !text.Contains('\0') && !(text.TrimStart().StartsWith('"') && char.IsWhiteSpace(text[0]));

    private static bool IsLabel(string text) => IsText(text) && !text.Contains(';') && !text.Trim().StartsWith('"') && !text.Trim().Any(char.IsControl);

    // No two labels look alike, and no row is a header, however it looks.
    private static bool AreApart((string Utterance, string Label)[] rows) =>
        rows.Select(r => r.Label.Trim()).Distinct().Count() == rows.Select(r => LookAlike.Key(r.Label)).Distinct().Count()
        && !rows.Any(r => HeaderRule.LooksLikeHeader(r.Utterance, r.Label));

    private static (string, string) Canonical((string Utterance, string Label) row) =>
        (LineFeeds(row.Utterance), LineFeeds(row.Label).Trim());

    private static string LineFeeds(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');

    private static List<IntentRow> Read(string text, int pieces) => Task.Run(async () =>
    {
        var read = new List<IntentRow>();
        await using var reader = await IntentCsvReader.OpenAsync(Csv("train.csv", Encoding.UTF8.GetBytes(text), pieces) with { HasHeader = false }, new LabelBook(), CancellationToken.None);
        while (await reader.ReadAsync(CancellationToken.None) is { } row)
        {
            read.Add(row);
        }

        return read;
    }).GetAwaiter().GetResult();

    private static string VersionOf(string text) =>
        Task.Run(() => new HashingStore().AddIntentsAsync("intents", Csv("train.csv", text))).GetAwaiter().GetResult().Version.Hash;

    private static CsvSource Csv(string name, string text) => Csv(name, Encoding.UTF8.GetBytes(text));

    private static CsvSource Csv(string name, byte[] bytes, int piece = int.MaxValue) =>
        new(name, _ => ValueTask.FromResult<Stream>(new PieceStream(bytes, piece)));

    /// <summary>Says the version that a store would, and stores nothing.</summary>
    private sealed class HashingStore : DatasetsStandIn
    {
        public override async Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
        {
            var hashed = new List<SnapshotFile>();
            foreach (var file in files)
            {
                await using var stream = await file.Open(cancellationToken);
                var content = await HashedCopy.HashAsync(stream, cancellationToken);
                hashed.Add(new SnapshotFile(file.Name, content.Size, content.Sha256));
            }

            return new DatasetVersion(datasetId, new DatasetManifest(hashed).Hash);
        }
    }

    /// <summary>Gives its bytes a few at a time, as a network does.</summary>
    private sealed class PieceStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }

    private sealed class RepeatingStream(byte[] bytes, int times) : MemoryStream
    {
        private int _left = times;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var length = 0;
            while (_left > 0 && length + bytes.Length <= buffer.Length)
            {
                bytes.CopyTo(buffer[length..]);
                length += bytes.Length;
                _left--;
            }

            return ValueTask.FromResult(length);
        }
    }
}
