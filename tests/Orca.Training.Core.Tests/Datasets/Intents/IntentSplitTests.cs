using System.Text;
using CsCheck;
using Orca.Training.Datasets;
using Orca.Training.Datasets.Folders;
using Orca.Training.Datasets.Intents;
using Orca.Training.Tests.Files;

namespace Orca.Training.Tests.Datasets.Intents;

public sealed class IntentSplitTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FolderDatasetStore _store;

    public IntentSplitTests() => _store = new FolderDatasetStore(_folder.Path);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Parts_are_cut_off_with_each_labels_share_and_in_the_rows_order()
    {
        var rows = Enumerable.Range(0, 100).Select(i => $"text {i},{(i % 10 == 0 ? "rare" : i % 2 == 0 ? "even" : "odd")}").ToArray();

        var parts = await CutAsync(rows, new IntentSplit(7) { Validation = 0.2, Test = 0.1 });

        Assert.Equal((70, 20, 10), (parts["examples.csv"].Length, parts["validation.csv"].Length, parts["test.csv"].Length));
        Assert.Equal([("even", 8), ("odd", 10), ("rare", 2)], Counted(parts["validation.csv"]));
        Assert.Equal([("even", 4), ("odd", 5), ("rare", 1)], Counted(parts["test.csv"]));
        Assert.Equal(["even", "odd", "rare"], parts["labels.csv"]);
        Assert.All(["examples.csv", "validation.csv", "test.csv"], f => Assert.Equal(rows.Where(parts[f].Contains), parts[f]));
        Assert.Equal(rows.Order(), parts["examples.csv"].Concat(parts["validation.csv"]).Concat(parts["test.csv"]).Order());
    }

    [Fact]
    public async Task The_same_rows_seed_and_fractions_give_the_same_version_everywhere()
    {
        var rows = string.Concat(Enumerable.Range(0, 60).Select(i => $"text {i},{i % 7}\n"));
        var split = new IntentSplit(42) { Validation = 0.15, Test = 0.1 };

        var (version, _) = await _store.AddIntentsAsync("intents", Csv(rows), split: split, cancellationToken: Cancel);

        // Recorded: another machine, or another version of this package, must come to the same.
        Assert.Equal("cd4e3a0eeac40290d05341ba9a2f680a2dd96f24d9bc3b96dad77b63121f0fa0", version.Hash);
        var other = Csv("utterance,label\r\n" + rows.ReplaceLineEndings("\r\n"));
        Assert.Equal(version, (await _store.AddIntentsAsync("intents", other, split: split, cancellationToken: Cancel)).Version);
        Assert.NotEqual(version, (await _store.AddIntentsAsync("intents", Csv(rows), split: split with { Seed = 43 }, cancellationToken: Cancel)).Version);
    }

    [Fact]
    public async Task A_row_is_as_likely_to_be_cut_as_any_other_of_its_label()
    {
        var rows = Enumerable.Range(0, 20).Select(i => $"{i},a").Append("x,b").ToArray();
        var times = new int[20];
        for (var seed = 0; seed < 400; seed++)
        {
            foreach (var row in (await CutAsync(rows, new IntentSplit(seed) { Test = 0.25 }))["test.csv"])
            {
                times[int.Parse(row[..^2], System.Globalization.CultureInfo.InvariantCulture)]++;
            }
        }

        // 5 of 20 each time: 100 expected, and four standard deviations are 35.
        Assert.All(times, t => Assert.InRange(t, 65, 135));
    }

    [Fact]
    public void Each_part_has_its_fraction_and_each_label_keeps_rows_to_learn_from() =>
        Gen.Select(Gen.Int[0, 5].Array[2, 80], Gen.Int[1, 40], Gen.Int[0, 40], Gen.Long).Sample((labels, test, validation, seed) =>
        {
            var rows = labels.GroupBy(l => $"l{l}").ToDictionary(g => g.Key, g => (long)g.Count());
            var cutter = new SplitCutter(new IntentSplit(seed) { Test = test / 100.0, Validation = validation / 100.0 }, rows, rows);

            var parts = labels.Select(l => (Label: $"l{l}", Part: cutter.Next([$"l{l}"]))).ToList();

            Assert.Equal(rows.Keys.Order(), parts.Where(p => p.Part == SplitPart.Train).Select(p => p.Label).Distinct().Order());
            AssertShare(SplitPart.Test, test, labels.Length - rows.Count);
            AssertShare(SplitPart.Validation, validation, labels.Length - rows.Count - parts.Count(p => p.Part == SplitPart.Test));

            void AssertShare(SplitPart part, int percent, int room)
            {
                var wanted = percent == 0 ? 0 : Math.Max(1, (int)Math.Round(percent * labels.Length / 100m, MidpointRounding.AwayFromZero));
                Assert.Equal(Math.Min(wanted, room), parts.Count(p => p.Part == part));
            }
        }, iter: 500);

    [Fact]
    public async Task A_label_that_is_only_second_in_rows_keeps_one_too()
    {
        var rows = Enumerable.Range(0, 10).Select(i => i == 4 ? "4,a;seldom" : $"{i},a").ToArray();
        for (var seed = 0; seed < 30; seed++)
        {
            var parts = await CutAsync(rows, new IntentSplit(seed) { Validation = 0.4, Test = 0.4 });

            Assert.Contains("4,a;seldom", parts["examples.csv"]);
            Assert.Equal(["a", "seldom"], parts["labels.csv"]);
        }
    }

    [Fact]
    public async Task A_header_that_is_told_to_be_a_row_is_one_in_every_part()
    {
        var parts = await CutAsync(["utterance,label", "utterance,label", "b,label", "c,x"], new IntentSplit(1) { Test = 0.3 }, hasHeader: false);

        Assert.Equal(4, parts["examples.csv"].Length + parts["test.csv"].Length);
    }

    [Fact]
    public async Task One_part_can_be_a_file_and_the_other_be_cut()
    {
        var (version, _) = await _store.AddIntentsAsync(
            "intents", Csv("a,x\nb,x\nc,x\nd,x\n"), test: Csv("t,x"), split: new IntentSplit(1) { Validation = 0.25 }, cancellationToken: Cancel);

        Assert.Equal([("examples.csv", 12L), ("labels.csv", 2), ("test.csv", 4), ("validation.csv", 4)], (await _store.ListFilesAsync(version, Cancel)).Select(f => (f.Name, f.Size)));
    }

    [Fact]
    public async Task Rows_of_which_none_can_be_spared_are_refused()
    {
        var error = await Assert.ThrowsAsync<DatasetException>(() =>
            _store.AddIntentsAsync("intents", Csv("a,x\nb,y\n"), split: new IntentSplit(1) { Validation = 0.5 }, cancellationToken: Cancel));

        Assert.Equal("rows.csv has too few rows for Validation 0.5, because each label keeps one for training: add rows, or use Validation 0.", error.Message);
        Assert.Empty(await _store.ListAsync(Cancel));
    }

    [Theory]
    [InlineData(1.0, 0, "Validation is 1: give a fraction from 0 to below 1, such as 0.1.")]
    [InlineData(-0.1, 0, "Validation is -0.1: give a fraction from 0 to below 1, such as 0.1.")]
    [InlineData(0, double.NaN, "Test is NaN: give a fraction from 0 to below 1, such as 0.1.")]
    [InlineData(0.5, 0.5, "Validation is 0.5 and Test is 0.5, which leaves no training rows: give fractions whose sum is below 1.")]
    [InlineData(0, 0, "Both Validation and Test are 0, so nothing is split off: give one of them a fraction, such as 0.1, or leave out the split.")]
    public async Task What_is_wrong_with_a_fraction_is_said(double validation, double test, string message)
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() =>
            _store.AddIntentsAsync("intents", Csv("a,x"), split: new IntentSplit(1) { Validation = validation, Test = test }, cancellationToken: Cancel));

        Assert.Equal(message, error.Message);
    }

    [Fact]
    public async Task A_part_that_is_given_and_cut_is_refused()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() =>
            _store.AddIntentsAsync("intents", Csv("a,x"), test: Csv("a,x"), split: new IntentSplit(1) { Test = 0.2 }, cancellationToken: Cancel));

        Assert.Equal("Test is 0.2, and the file of these rows is given too: give one of the two.", error.Message);
    }

    private async Task<Dictionary<string, string[]>> CutAsync(string[] rows, IntentSplit split, bool? hasHeader = null)
    {
        var source = Csv(string.Join('\n', rows)) with { HasHeader = hasHeader };
        var (version, _) = await _store.AddIntentsAsync("intents", source, split: split, cancellationToken: Cancel);
        var parts = new Dictionary<string, string[]>();
        foreach (var file in await _store.ListFilesAsync(version, Cancel))
        {
            using var reader = new StreamReader(await _store.OpenFileAsync(version, file.Name, Cancel));
            parts[file.Name] = (await reader.ReadToEndAsync(Cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }

        return parts;
    }

    private static IEnumerable<(string, int)> Counted(string[] rows) =>
        rows.GroupBy(r => r.Split(',')[1]).Select(g => (g.Key, g.Count())).OrderBy(g => g.Key, StringComparer.Ordinal);

    private static CsvSource Csv(string text) => new("rows.csv", _ => ValueTask.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(text))));
}
