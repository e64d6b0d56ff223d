using System.Text;
using Orca.Training.Datasets.Folders;
using Orca.Training.Datasets.Intents;
using Orca.Training.Tests.Files;

namespace Orca.Training.Tests.Datasets.Intents;

public sealed class IntentReportTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FolderDatasetStore _store;

    public IntentReportTests() => _store = new FolderDatasetStore(_folder.Path);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rows_are_counted_by_label_and_part_the_fewest_first()
    {
        var report = await AddAsync("a,x\nb,x\nc,y;x\n", "d,x\n", "e,y\n");

        Assert.Equal((3, 1, 1, 2), (report.TrainingRows, report.ValidationRows, report.TestRows, report.LabelCount));
        Assert.Equal([new LabelRows("y", 1, 0, 1), new LabelRows("x", 3, 1, 0)], report.Labels);
        Assert.Equal((0, 0, 0), (report.Duplicates, report.Contradictions, report.Overlaps));
    }

    [Fact]
    public async Task A_row_that_repeats_another_is_a_duplicate_whatever_its_blanks_and_case()
    {
        var report = await AddAsync("play jazz,x\nsing,y\n Play  JAZZ\u200B,x\nsing,y\n");

        Assert.Equal((2, 0, 0), (report.Duplicates, report.Contradictions, report.Overlaps));
        Assert.Equal(new IntentFinding(IntentFindingKind.Duplicate, " Play  JAZZ\u200B", "train.csv", 3, "train.csv", 1), report.Examples[0]);
    }

    [Fact]
    public async Task A_text_under_two_labels_is_a_contradiction()
    {
        var report = await AddAsync("play jazz,x\nplay jazz,y\nsing,x;y\nsing,y;x\n", "play jazz,y\n");

        Assert.Equal((1, 2, 1), (report.Duplicates, report.Contradictions, report.Overlaps));
        Assert.Contains(new IntentFinding(IntentFindingKind.Contradiction, "play jazz", "train.csv", 2, "train.csv", 1), report.Examples);
    }

    [Fact]
    public async Task Test_rows_that_are_training_rows_are_overlaps_also_when_they_are_cut()
    {
        var train = string.Concat(Enumerable.Range(0, 40).Select(i => $"text {i},{i % 2}\n"));
        Assert.Equal(40, (await AddAsync(train, test: train)).Overlaps);

        var source = Csv("train.csv", train + train);
        var (_, cut) = await _store.AddIntentsAsync("intents", source, split: new IntentSplit(1) { Test = 0.5 }, cancellationToken: Cancel);
        Assert.InRange(cut!.Overlaps, 1, 40);
        Assert.Equal(40, cut.Overlaps + cut.Duplicates);
    }

    [Fact]
    public async Task However_many_there_are_the_report_stays_small()
    {
        var rows = string.Concat(Enumerable.Range(0, 3000).Select(i => $"{new string('t', 300)},{i}\n"));
        var report = await AddAsync(rows);

        Assert.Equal((3000, 2999), (report.LabelCount, report.Contradictions));
        Assert.Equal((IntentReport.MostLabels, IntentReport.MostExamples), (report.Labels.Count, report.Examples.Count));
        Assert.All(report.Examples, e => Assert.Equal(200, e.Text.Length));
    }

    private async Task<IntentReport> AddAsync(string train, string? validation = null, string? test = null) => (await _store.AddIntentsAsync(
        "intents",
        Csv("train.csv", train),
        validation is null ? null : Csv("validation.csv", validation),
        test is null ? null : Csv("test.csv", test),
        cancellationToken: Cancel)).Report!;

    private static CsvSource Csv(string name, string text) => new(name, _ => ValueTask.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(text))));
}
