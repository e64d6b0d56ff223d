using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Orca.Training.Files;
using Orca.Training.Text;

namespace Orca.Training.Datasets.Intents;

/// <summary>Counts the rows of a dataset and finds those that repeat others. It keeps some numbers a row, up to a bound, and no texts.</summary>
internal sealed class IntentCensus
{
    internal const int MostCompared = 500_000;
    private const int LongestText = 200;

    private readonly Dictionary<string, long[]> _byLabel = new(StringComparer.Ordinal);
    private readonly Dictionary<UInt128, First> _texts = [];
    private readonly HashSet<(UInt128 Text, UInt128 Labels, SplitPart Part)> _seen = [];
    private readonly List<IntentFinding> _examples = [];
    private readonly List<string> _files = [];
    private readonly long[] _rows = new long[3];
    private readonly long[] _found = new long[3];
    private bool _isComplete = true;

    /// <summary>Takes a row.</summary>
    /// <param name="part">Its part.</param>
    /// <param name="file">The file it came from.</param>
    /// <param name="row">The row.</param>
    public void Add(SplitPart part, string file, IntentRow row)
    {
        _rows[(int)part]++;
        foreach (var label in row.Labels)
        {
            ref var counts = ref CollectionsMarshal.GetValueRefOrAddDefault(_byLabel, label, out _);
            (counts ??= new long[3])[(int)part]++;
        }

        Compare(part, file, row);
    }

    public IntentReport Report() => new()
    {
        TrainingRows = _rows[(int)SplitPart.Train],
        ValidationRows = _rows[(int)SplitPart.Validation],
        TestRows = _rows[(int)SplitPart.Test],
        LabelCount = _byLabel.Count,
        Labels = [.. _byLabel
            .OrderBy(l => l.Value[0]).ThenBy(l => l.Key, StringComparer.Ordinal)
            .Take(IntentReport.MostLabels)
            .Select(l => new LabelRows(HarmlessText.Cut(l.Key, LongestText), l.Value[(int)SplitPart.Train], l.Value[(int)SplitPart.Validation], l.Value[(int)SplitPart.Test]))],
        Duplicates = _found[(int)IntentFindingKind.Duplicate],
        Contradictions = _found[(int)IntentFindingKind.Contradiction],
        Overlaps = _found[(int)IntentFindingKind.Overlap],
        Examples = _examples,
        IsComplete = _isComplete,
    };

    private void Compare(SplitPart part, string file, IntentRow row)
    {
        var text = HashOf(LookAlike.Key(row.Utterance).ToUpperInvariant());
        var labels = HashOf(string.Join(IntentRow.Separator, row.Labels.Order(StringComparer.Ordinal)));
        if (!_texts.TryGetValue(text, out var first))
        {
            if (_texts.Count >= MostCompared)
            {
                _isComplete = false;
                return;
            }

            _texts.Add(text, new First(labels, part, NumberOf(file), row.Line));
            _seen.Add((text, labels, part));
            return;
        }

        if (first.Labels != labels)
        {
            Find(IntentFindingKind.Contradiction, file, row, first);
        }

        if (_seen.Count >= MostCompared * 2)
        {
            _isComplete = false;
        }
        else if (!_seen.Add((text, labels, part)))
        {
            Find(IntentFindingKind.Duplicate, file, row, first);
        }

        if (first.Part != part)
        {
            Find(IntentFindingKind.Overlap, file, row, first);
        }
    }

    private void Find(IntentFindingKind kind, string file, IntentRow row, First first)
    {
        if (_found[(int)kind]++ < IntentReport.MostExamples)
        {
            _examples.Add(new IntentFinding(kind, HarmlessText.Cut(row.Utterance, LongestText), file, row.Line, _files[first.File], first.Line));
        }
    }

    private int NumberOf(string file)
    {
        var number = _files.IndexOf(file);
        if (number < 0)
        {
            number = _files.Count;
            _files.Add(file);
        }

        return number;
    }

    private static UInt128 HashOf(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }

    private readonly record struct First(UInt128 Labels, SplitPart Part, int File, long Line);
}
