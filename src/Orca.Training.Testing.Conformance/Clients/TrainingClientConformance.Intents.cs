using Orca.Training.Client;
using Orca.Training.Datasets.Intents;
using static Orca.Training.Testing.Conformance.Clients.DataInstallation;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>Datasets of intents are read where they arrive, whoever sends them: one rule, one report.</summary>
public abstract partial class TrainingClientConformance
{
    [Fact]
    public async Task Intents_are_added_with_a_report_of_what_stands_in_their_rows()
    {
        var (_, client) = await InstallDataAsync();

        var (version, report) = await client.Datasets.AddIntentsAsync(
            "intents",
            Csv("train.csv", "text,intent\nhi,greet\nHI ,greet\nhi,leave\n" + new string('ü', 300) + ",greet\nbye,leave\n"),
            Csv("validation.csv", "bye,leave\n"),
            Csv("test.csv", "so long,leave\n" + new string('ü', 300) + ",greet\n"),
            cancellationToken: Token);

        Assert.Equal(["examples.csv", "labels.csv", "test.csv", "validation.csv"], (await client.Datasets.ListFilesAsync(version, Token)).Select(f => f.Name));
        Assert.NotNull(report);
        Assert.Equal((5L, 1L, 2L, 2), (report.TrainingRows, report.ValidationRows, report.TestRows, report.LabelCount));
        Assert.Equal([new LabelRows("leave", 2, 1, 1), new LabelRows("greet", 3, 0, 1)], report.Labels);
        Assert.Equal((1L, 1L, 2L, true), (report.Duplicates, report.Contradictions, report.Overlaps, report.IsComplete));
        Assert.Equal(
            [
                new IntentFinding(IntentFindingKind.Duplicate, "HI ", "train.csv", 3, "train.csv", 2),
                new IntentFinding(IntentFindingKind.Contradiction, "hi", "train.csv", 4, "train.csv", 2),
                new IntentFinding(IntentFindingKind.Overlap, "bye", "validation.csv", 1, "train.csv", 6),
                new IntentFinding(IntentFindingKind.Overlap, new string('ü', 199) + "…", "test.csv", 2, "train.csv", 5),
            ],
            report.Examples);
    }

    [Fact]
    public async Task Intents_are_cut_into_parts_by_the_service_and_headers_are_what_the_caller_says()
    {
        var (_, client) = await InstallDataAsync();
        var rows = string.Concat(Enumerable.Range(0, 20).Select(i => $"text {i},{(i % 2 == 0 ? "even" : "odd")}\n"));

        var (version, report) = await client.Datasets.AddIntentsAsync(
            "intents", Csv("train.csv", "text 20,even\n" + rows) with { HasHeader = true }, split: new IntentSplit(7) { Validation = 0.1, Test = 0.2 }, cancellationToken: Token);
        var all = await client.Datasets.AddIntentsAsync("intents", Csv("train.csv", "text,intent\nb,intent\n") with { HasHeader = false }, cancellationToken: Token);

        Assert.Equal((14L, 2L, 4L), (report!.TrainingRows, report.ValidationRows, report.TestRows));
        Assert.Equal(4, (await client.Datasets.ListFilesAsync(version, Token)).Count);
        Assert.Equal((2L, "intent"), (all.Report!.TrainingRows, Assert.Single(all.Report.Labels).Label));
    }

    [Theory]
    [InlineData("train.csv", "hi,greet\nhi", null, "files[train.csv]", "train.csv, line 2: there is one column, 'hi': give an utterance and its label with a comma between them.")]
    [InlineData("train.csv", "hi,greet\nhi,gre\u200bet", null, "files[train.csv]", "train.csv, line 2: the label 'gre<U+200B>et' looks like 'greet' of line 1, but would be a different class: use one spelling.")]
    [InlineData("train.csv", "", null, "files[train.csv]", "train.csv has no rows: give at least one line with an utterance and its label.")]
    [InlineData("train.csv", "hi,greet", "hi,leave", "files[test.csv]", "test.csv, line 1: no row of train.csv has the label 'leave': correct it, or add training rows with this label.")]
    [InlineData("a\nb", "hi,greet", null, "files", "The file name 'a\ufffdb' is not valid: give 1 to 255 characters, without control characters, line breaks, bidirectional control characters and unpaired surrogates.")]
    public async Task Rows_that_are_none_are_refused_with_file_and_line_and_nothing_is_stored(string name, string train, string? test, string field, string description)
    {
        var (_, client) = await InstallDataAsync();

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.Datasets.AddIntentsAsync(
            "intents", Csv(name, train), test: test is null ? null : Csv("test.csv", test), cancellationToken: Token));

        Assert.Equal(TrainingError.InvalidArgument, refusal.Error);
        Assert.Equal(new FieldViolation(field, description), Assert.Single(refusal.Violations));
        Assert.Empty(await client.Datasets.ListAsync(Token));
    }

    [Fact]
    public async Task Intents_of_an_impossible_split_dataset_or_file_are_refused()
    {
        var (_, client) = await InstallDataAsync();
        var train = Csv("train.csv", "hi,greet\n");

        var split = await Assert.ThrowsAsync<TrainingException>(() => client.Datasets.AddIntentsAsync("intents", train, split: new IntentSplit(1) { Test = 1 }, cancellationToken: Token));
        var dataset = await Assert.ThrowsAsync<TrainingException>(() => client.Datasets.AddIntentsAsync("../intents", train, cancellationToken: Token));
        var file = await Assert.ThrowsAsync<TrainingException>(() => client.Datasets.AddIntentFilesAsync("intents", "/no such folder/train.csv", cancellationToken: Token));

        Assert.Equal(new FieldViolation("split", "Test is 1: give a fraction from 0 to below 1, such as 0.1."), Assert.Single(split.Violations));
        Assert.Equal("dataset_id", Assert.Single(dataset.Violations).Field);
        Assert.Equal((TrainingError.InvalidArgument, "files[train.csv]"), (file.Error, Assert.Single(file.Violations).Field));
        Assert.Empty(await client.Datasets.ListAsync(Token));
    }
}
