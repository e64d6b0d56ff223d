using Orca.Training.Client;
using Orca.Training.Datasets.Intents;

namespace Orca.Training.Grpc;

/// <summary>Intents that are added, and what stands in them, on the wire and back.</summary>
internal static class IntentMapping
{
    /// <summary>The files in the order in which their bytes follow.</summary>
    public static IReadOnlyList<(CsvSource Source, Wire.IntentPart Part)> InOrder(CsvSource train, CsvSource? validation, CsvSource? test)
    {
        var files = new List<(CsvSource, Wire.IntentPart)> { (train, Wire.IntentPart.Training) };
        if (validation is not null)
        {
            files.Add((validation, Wire.IntentPart.Validation));
        }

        if (test is not null)
        {
            files.Add((test, Wire.IntentPart.Test));
        }

        return files;
    }

    public static Wire.IntentsHeader ToWire(IReadOnlyList<(CsvSource Source, Wire.IntentPart Part)> files, IntentSplit? split)
    {
        var message = new Wire.IntentsHeader();
        foreach (var (source, part) in files)
        {
            var file = new Wire.IntentFile { Part = part };
            if (source.HasHeader is { } hasHeader)
            {
                file.HasHeader = hasHeader;
            }

            message.Files.Add(file);
        }

        if (split is not null)
        {
            message.Split = new Wire.IntentSplit { Seed = split.Seed, Validation = split.Validation, Test = split.Test };
        }

        return message;
    }

    /// <summary>The parts of an upload, each of which is read from what comes.</summary>
    /// <param name="header">What the caller says of its files.</param>
    /// <param name="open">Opens the file of a name.</param>
    /// <exception cref="TrainingException">They are not in order.</exception>
    public static (CsvSource Train, CsvSource? Validation, CsvSource? Test) FromWire(Wire.DatasetHeader header, Func<string, Stream> open)
    {
        var files = header.Intents?.Files ?? throw TrainingException.Invalid("header.intents", "It is not set: state there what each file is.");
        var parts = files.Select(f => f.Part).ToArray();
        if (parts.Length != header.Files.Count || parts.Length == 0 || parts[0] != Wire.IntentPart.Training
            || !parts.SequenceEqual(parts.Order().Distinct()) || parts[^1] > Wire.IntentPart.Test)
        {
            throw TrainingException.Invalid(
                "header.intents.files",
                "The files are not in order: give the training rows first, then the validation rows and the test rows if there are any, each once, with the same number of names.");
        }

        return (Of(Wire.IntentPart.Training)!, Of(Wire.IntentPart.Validation), Of(Wire.IntentPart.Test));

        CsvSource? Of(Wire.IntentPart part)
        {
            var at = Array.IndexOf(parts, part);
            return at < 0 ? null : new CsvSource(header.Files[at], _ => ValueTask.FromResult(open(header.Files[at])))
            {
                HasHeader = files[at].HasHasHeader ? files[at].HasHeader : null,
            };
        }
    }

    public static IntentSplit? FromWire(Wire.IntentSplit? split) =>
        split is null ? null : new IntentSplit(split.Seed) { Validation = split.Validation, Test = split.Test };

    public static Wire.AddIntentsResponse ToWire(AddedDataset added) =>
        new() { Version = DataMapping.ToWire(added.Version), Report = added.Report is { } report ? ToWire(report) : null };

    public static AddedDataset FromWire(Wire.AddIntentsResponse message) =>
        new(DataMapping.FromWire(message.Version), message.Report is { } report ? FromWire(report) : null);

    private static Wire.IntentReport ToWire(IntentReport report)
    {
        var message = new Wire.IntentReport
        {
            TrainingRows = report.TrainingRows,
            ValidationRows = report.ValidationRows,
            TestRows = report.TestRows,
            LabelCount = report.LabelCount,
            Duplicates = report.Duplicates,
            Contradictions = report.Contradictions,
            Overlaps = report.Overlaps,
            Incomplete = !report.IsComplete,
        };
        message.Labels.AddRange(report.Labels.Select(l => new Wire.LabelRows { Label = l.Label, Training = l.Training, Validation = l.Validation, Test = l.Test }));
        message.Examples.AddRange(report.Examples.Select(e => new Wire.IntentFinding
        {
            Kind = ToWire(e.Kind), Text = e.Text, File = e.File, Line = e.Line, FirstFile = e.FirstFile, FirstLine = e.FirstLine,
        }));
        return message;
    }

    private static IntentReport FromWire(Wire.IntentReport message) => new()
    {
        TrainingRows = message.TrainingRows,
        ValidationRows = message.ValidationRows,
        TestRows = message.TestRows,
        LabelCount = message.LabelCount,
        Labels = [.. message.Labels.Select(l => new LabelRows(l.Label, l.Training, l.Validation, l.Test))],
        Duplicates = message.Duplicates,
        Contradictions = message.Contradictions,
        Overlaps = message.Overlaps,

        // What a newer service finds besides is left out.
        Examples = [.. from e in message.Examples
                       let kind = FromWire(e.Kind)
                       where kind is not null
                       select new IntentFinding(kind.Value, e.Text, e.File, e.Line, e.FirstFile, e.FirstLine)],
        IsComplete = !message.Incomplete,
    };

    private static Wire.IntentFindingKind ToWire(IntentFindingKind kind) => kind switch
    {
        IntentFindingKind.Duplicate => Wire.IntentFindingKind.Duplicate,
        IntentFindingKind.Contradiction => Wire.IntentFindingKind.Contradiction,
        IntentFindingKind.Overlap => Wire.IntentFindingKind.Overlap,
        _ => Wire.IntentFindingKind.Unspecified,
    };

    private static IntentFindingKind? FromWire(Wire.IntentFindingKind kind) => kind switch
    {
        Wire.IntentFindingKind.Duplicate => IntentFindingKind.Duplicate,
        Wire.IntentFindingKind.Contradiction => IntentFindingKind.Contradiction,
        Wire.IntentFindingKind.Overlap => IntentFindingKind.Overlap,
        _ => null,
    };
}
