namespace Orca.Training.Datasets.Intents;

/// <summary>
/// Findings in the rows of a dataset of intents that you may want to know before a training. None of them is an error. Texts are compared
/// without case, white space and invisible characters.
/// </summary>
public sealed record IntentReport
{
    /// <summary>The maximum number of entries in <see cref="Labels"/>.</summary>
    public const int MostLabels = 1000;

    /// <summary>The maximum number of entries of each kind in <see cref="Examples"/>.</summary>
    public const int MostExamples = 10;

    /// <summary>The number of training rows.</summary>
    public long TrainingRows { get; init; }

    /// <summary>The number of validation rows.</summary>
    public long ValidationRows { get; init; }

    /// <summary>The number of test rows. With fewer than 30, an accuracy means little.</summary>
    public long TestRows { get; init; }

    /// <summary>The number of labels.</summary>
    public int LabelCount { get; init; }

    /// <summary>The rows of each label, fewest training rows first, up to <see cref="MostLabels"/> labels.</summary>
    public IReadOnlyList<LabelRows> Labels { get; init; } = [];

    /// <summary>The number of rows that repeat the text and the labels of an earlier row of the same part.</summary>
    public long Duplicates { get; init; }

    /// <summary>The number of rows whose text has other labels in an earlier row of any part.</summary>
    public long Contradictions { get; init; }

    /// <summary>
    /// The number of validation and test rows whose text is also in another part. They make a test easier than it should be.
    /// </summary>
    public long Overlaps { get; init; }

    /// <summary>The first findings of each kind.</summary>
    public IReadOnlyList<IntentFinding> Examples { get; init; } = [];

    /// <summary>Whether all rows were compared. Of more than 500,000 different texts, only the first are.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>Returns the report in one line.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{TrainingRows} training, {ValidationRows} validation and {TestRows} test rows of {LabelCount} labels; {Duplicates} duplicates, {Contradictions} contradictions, {Overlaps} overlaps");
}

/// <summary>The rows of one label.</summary>
/// <param name="Label">The label, at most 200 characters of it.</param>
/// <param name="Training">The number of training rows.</param>
/// <param name="Validation">The number of validation rows.</param>
/// <param name="Test">The number of test rows.</param>
public sealed record LabelRows(string Label, long Training, long Validation, long Test);

/// <summary>A row that repeats an earlier one.</summary>
/// <param name="Kind">The kind of the finding.</param>
/// <param name="Text">Its text, at most 200 characters of it.</param>
/// <param name="File">Its file.</param>
/// <param name="Line">Its line, counted from 1.</param>
/// <param name="FirstFile">The file of the earlier row.</param>
/// <param name="FirstLine">The line of the earlier row.</param>
public sealed record IntentFinding(IntentFindingKind Kind, string Text, string File, long Line, string FirstFile, long FirstLine);

/// <summary>How a row repeats an earlier one.</summary>
public enum IntentFindingKind
{
    /// <summary>The same text and labels in the same part.</summary>
    Duplicate,

    /// <summary>The same text with other labels.</summary>
    Contradiction,

    /// <summary>The same text in another part.</summary>
    Overlap,
}

/// <summary>A dataset that was added.</summary>
/// <param name="Version">The version.</param>
/// <param name="Report">The report on its rows. Null for a dataset that is not one of intents.</param>
public sealed record AddedDataset(DatasetVersion Version, IntentReport? Report);
