using System.Text;
using Orca.Training.Datasets;
using Orca.Training.Datasets.Folders;
using Orca.Training.Datasets.Intents;
using Orca.Training.Tests.Files;

namespace Orca.Training.Tests.Datasets.Intents;

public sealed class UtterancesTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FolderDatasetStore _store;

    public UtterancesTests() => _store = new FolderDatasetStore(_folder.Path);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("play jazz\nhi; you\n\"well, hello\"\n")]
    [InlineData("\uFEFFUtterance\r\n\"play jazz\"\r\n\r\nhi; you\r\n\"well, hello\"")]
    public async Task Texts_without_labels_become_examples_of_one_column(string text)
    {
        var version = await _store.AddUtterancesAsync("mails", Csv(text), Cancel);

        Assert.Equal("examples.csv", Assert.Single(await _store.ListFilesAsync(version, Cancel)).Name);
        using var reader = new StreamReader(await _store.OpenFileAsync(version, "examples.csv", Cancel));
        Assert.Equal("play jazz\nhi; you\n\"well, hello\"\n", await reader.ReadToEndAsync(Cancel));
    }

    [Fact]
    public async Task A_first_text_that_whoever_reads_it_would_take_for_a_header_has_one_before_it()
    {
        var version = await _store.AddUtterancesAsync("mails", Csv("Text\nhi\n") with { HasHeader = false }, Cancel);

        using var reader = new StreamReader(await _store.OpenFileAsync(version, "examples.csv", Cancel));
        Assert.Equal("utterance\nText\nhi\n", await reader.ReadToEndAsync(Cancel));
    }

    [Theory]
    [InlineData("hi\nwell, hello\n", "mails.csv, line 2: there are 2 columns: give the utterance only, and put quotes around it if it contains a comma.")]
    [InlineData("hi\n\"\"\"\nyou", "mails.csv, line 2: the quoted field that starts here is not closed correctly: close it with a quote directly before the comma or the end of the line, and double each quote within it.")]
    [InlineData("utterance\n", "mails.csv has no rows: give at least one line with an utterance.")]
    public async Task A_wrong_row_is_named_and_nothing_is_stored(string text, string message)
    {
        var error = await Assert.ThrowsAsync<DatasetException>(() => _store.AddUtterancesAsync("mails", Csv(text), Cancel));

        Assert.Equal(message, error.Message);
        Assert.Equal("mails.csv", error.File);
        Assert.Empty(await _store.ListAsync(Cancel));
    }

    private static CsvSource Csv(string text) => new("mails.csv", _ => ValueTask.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(text))));
}
