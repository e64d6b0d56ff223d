namespace Orca.Training.Datasets.Intents;

/// <summary>
/// What stands in the rows of a dataset of intents that its owner may want to know before a training: nothing of it is refused. Texts are compared blind to
/// case, to white space and to characters that cannot be seen.
/// </summary>
public sealed record IntentReport
{
    /// <summary>The most entries of <see cref="Labels"/>.</summary>
    public const int MostLabels = 1000;

    /// <summary>The most entries of <see cref="Examples"/> of each kind.</summary>
    public const int MostExamples = 10;

    /// <summary>The rows to learn from.</summary>
    public long TrainingRows { get; init; }

    /// <summary>The rows to choose a model by.</summary>
    public long ValidationRows { get; init; }

    /// <summary>The rows to judge the model by. Of fewer than 30 a share says little.</summary>
    public long TestRows { get; init; }

    /// <summary>How many labels there are.</summary>
    public int LabelCount { get; init; }

    /// <summary>The rows of each label, those with the fewest training rows first; of more than <see cref="MostLabels"/> these.</summary>
    public IReadOnlyList<LabelRows> Labels { get; init; } = [];

    /// <summary>Rows whose text and labels are those of an earlier row of the same part.</summary>
    public long Duplicates { get; init; }

    /// <summary>Rows whose text has other labels in an earlier row, of whichever part.</summary>
    public long Contradictions { get; init; }

    /// <summary>Validation and test rows whose text is also in another part: what they measure is partly memory.</summary>
    public long Overlaps { get; init; }

    /// <summary>The first of each kind.</summary>
    public IReadOnlyList<IntentFinding> Examples { get; init; } = [];

    /// <summary>Whether all rows were compared; of more than 500,000 the first are.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>Says it in a line.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{TrainingRows} training, {ValidationRows} validation and {TestRows} test rows of {LabelCount} labels; {Duplicates} duplicates, {Contradictions} contradictions, {Overlaps} overlaps");
}

/// <summary>The rows of one label.</summary>
/// <param name="Label">The label, of which at most 200 characters.</param>
/// <param name="Training">Rows to learn from.</param>
/// <param name="Validation">Rows to choose a model by.</param>
/// <param name="Test">Rows to judge it by.</param>
public sealed record LabelRows(string Label, long Training, long Validation, long Test);

/// <summary>A row that repeats an earlier one.</summary>
/// <param name="Kind">In which way.</param>
/// <param name="Text">Its text, of which at most 200 characters.</param>
/// <param name="File">The file it stands in.</param>
/// <param name="Line">The line of that file, counted from 1.</param>
/// <param name="FirstFile">The file of the earlier row.</param>
/// <param name="FirstLine">The line of the earlier row.</param>
public sealed record IntentFinding(IntentFindingKind Kind, string Text, string File, long Line, string FirstFile, long FirstLine);

/// <summary>How a row repeats an earlier one.</summary>
public enum IntentFindingKind
{
    /// <summary>The same text and labels in the same part.</summary>
    Duplicate,

    /// <summary>The same text under other labels.</summary>
    Contradiction,

    /// <summary>The same text in another part.</summary>
    Overlap,
}

/// <summary>A dataset that was added.</summary>
/// <param name="Version">The version.</param>
/// <param name="Report">What stands in its rows; null for a dataset of anything else than intents.</param>
public sealed record AddedDataset(DatasetVersion Version, IntentReport? Report);
