namespace Orca.Training.Datasets.Intents;

/// <summary>Where a row goes.</summary>
internal enum SplitPart
{
    Train,
    Validation,
    Test,
}

/// <summary>
/// Says of one row after the other to which part it goes, so that each label gives exactly its shares, and each of its rows with the same probability
/// (selection sampling; Knuth, The Art of Computer Programming 2, 3.4.2). It remembers numbers for each label, and no rows.
/// </summary>
internal sealed class SplitCutter
{
    private readonly long _seed;
    private readonly Dictionary<string, Stratum> _strata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _left;
    private readonly HashSet<string> _learnt = new(StringComparer.Ordinal);
    private long _row;

    /// <param name="split">What is wanted.</param>
    /// <param name="first">The rows by their first label.</param>
    /// <param name="all">The rows in which each label is.</param>
    public SplitCutter(IntentSplit split, IReadOnlyDictionary<string, long> first, IReadOnlyDictionary<string, long> all)
    {
        _seed = split.Seed;
        _left = new Dictionary<string, long>(all, StringComparer.Ordinal);
        var none = first.ToDictionary(f => f.Key, _ => 0L, StringComparer.Ordinal);
        var room = first.ToDictionary(f => f.Key, f => f.Value - 1, StringComparer.Ordinal);
        var test = split.Test > 0 ? SplitShares.Of(first, room, split.Test, _seed, "test") : none;
        var rest = first.ToDictionary(f => f.Key, f => room[f.Key] - test[f.Key], StringComparer.Ordinal);
        var validation = split.Validation > 0 ? SplitShares.Of(first, rest, split.Validation, _seed, "validation") : none;
        foreach (var (label, rows) in first)
        {
            _strata[label] = new Stratum { Rows = rows, Validation = validation[label], Test = test[label] };
        }
    }

    /// <summary>Where the next row goes.</summary>
    public SplitPart Next(IReadOnlyList<string> labels)
    {
        var stratum = _strata[labels[0]];
        var part = NeedsToBeLearnt(labels) ? SplitPart.Train : stratum.Draw(SplitShares.Draw(_seed, "row", _row));
        stratum.Rows--;
        _row++;
        foreach (var label in labels)
        {
            _left[label]--;
        }

        if (part == SplitPart.Train)
        {
            _learnt.UnionWith(labels);
        }

        return part;
    }

    // A row's second label may be in no other row that is left, though the first has rows to spare.
    private bool NeedsToBeLearnt(IReadOnlyList<string> labels) => labels.Any(l => _left[l] == 1 && !_learnt.Contains(l));

    private sealed class Stratum
    {
        public long Rows { get; set; }

        public long Validation { get; set; }

        public long Test { get; set; }

        public SplitPart Draw(ulong number)
        {
            var place = (long)Math.BigMul(number, (ulong)Rows, out _);
            if (place < Test)
            {
                Test--;
                return SplitPart.Test;
            }

            if (place < Test + Validation)
            {
                Validation--;
                return SplitPart.Validation;
            }

            return SplitPart.Train;
        }
    }
}
