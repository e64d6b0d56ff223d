using System.Text;
using System.Text.Json;
using CsCheck;
using Orca.Training.Datasets;
using Orca.Training.Datasets.Intents;
using Orca.Training.Tests.Shared;

namespace Orca.Training.Tests.Datasets.Intents;

/// <summary>The table that this reader and the training image's both hold to.</summary>
public sealed class CsvCasesTests
{
    private static readonly JsonElement[] Cases = ReadCases();

    private static readonly string[] Pieces =
        [",", "\"", "\n", "\r", " ", ";", "a", "é", "text", "intent", "label", "\u200b", "\u0301", "\ufeff", "\0", "\u001f", "\ud800"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. Cases.Select(c => c.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_file_is_read_as_the_shared_table_says(string name)
    {
        var given = Cases.Single(c => c.GetProperty("name").GetString() == name);
        if (!given.TryGetProperty("refused", out var refused))
        {
            Assert.Equal(given.GetProperty("rows").EnumerateArray().Select(r => (r[0].GetString()!, r[1].GetString()!)), await ReadAsync(given));
            return;
        }

        var error = await Assert.ThrowsAsync<DatasetException>(() => ReadAsync(given));
        Assert.StartsWith($"cases.csv, line {refused.GetProperty("line").GetInt64()}: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(refused.GetProperty("line").GetInt64(), error.Line);
        Assert.All(refused.GetProperty("says").EnumerateArray(), words => Assert.Contains(words.GetString()!, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public Task Whatever_file_comes_it_is_read_or_refused_by_its_line() =>
        Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[0, 40]
            .FuzzedAsync(async parts =>
            {
                try
                {
                    await ReadAsync(Encoding.UTF8.GetBytes(string.Concat(parts)), null, new LabelBook());
                }
                catch (DatasetException e)
                {
                    Assert.StartsWith($"cases.csv, line {e.Line}: ", e.Message, StringComparison.Ordinal);
                    Assert.InRange(e.Line!.Value, 1, parts.Length + 1);
                }
            });

    private static async Task<List<(string, string)>> ReadAsync(JsonElement given)
    {
        var bytes = given.TryGetProperty("bytes", out var hex) ? Convert.FromHexString(hex.GetString()!) : Encoding.UTF8.GetBytes(given.GetProperty("csv").GetString()!);
        var header = given.TryGetProperty("hasHeader", out var hasHeader) ? hasHeader.GetBoolean() : (bool?)null;
        return await ReadAsync(bytes, header, given.TryGetProperty("columns", out _) ? null : BookOf(given));
    }

    private static async Task<List<(string, string)>> ReadAsync(byte[] bytes, bool? hasHeader, LabelBook? labels)
    {
        var source = new CsvSource("cases.csv", _ => ValueTask.FromResult<Stream>(new MemoryStream(bytes))) { HasHeader = hasHeader };
        await using var reader = await IntentCsvReader.OpenAsync(source, labels, Cancel);
        var read = new List<(string, string)>();
        while (await reader.ReadAsync(Cancel) is { } row)
        {
            read.Add((row.Utterance.Trim(), row.Label));
        }

        return read;
    }

    private static LabelBook BookOf(JsonElement given)
    {
        var book = new LabelBook();
        if (given.TryGetProperty("labels", out var labels))
        {
            foreach (var label in labels.EnumerateArray())
            {
                Assert.Null(book.Conflict(label.GetString()!, "labels.csv", 1));
            }

            book.Close();
        }

        return book;
    }

    private static JsonElement[] ReadCases()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Folder, "training-images/intent-classification/tests/csv_cases.json")));
        return [.. json.RootElement.GetProperty("cases").EnumerateArray().Select(c => c.Clone())];
    }
}
