using Orca.Training.Files;

namespace Orca.Training.Datasets.Intents;

/// <summary>The labels of one dataset as they are first spelt: two that look alike would be two classes of one.</summary>
internal sealed class LabelBook
{
    private readonly Dictionary<string, Spelling> _byKey = new(StringComparer.Ordinal);
    private readonly HashSet<string> _spelt = new(StringComparer.Ordinal);

    /// <summary>Whether all labels are known: then a row of such labels is a row, whatever its words.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>No new label comes from here on.</summary>
    public void Close() => IsClosed = true;

    /// <summary>Whether a label is there, spelt just so.</summary>
    public bool Holds(string label) => _spelt.Contains(label);

    /// <summary>Takes a label down where it is new and the book is open.</summary>
    /// <returns>The first spelling of one that looks alike and is not the same; null where there is none.</returns>
    public Spelling? Conflict(string label, string file, long line)
    {
        if (_spelt.Contains(label))
        {
            return null;
        }

        var key = LookAlike.Key(label);
        if (_byKey.TryGetValue(key, out var first))
        {
            return first;
        }

        if (!IsClosed)
        {
            _spelt.Add(label);
            _byKey.Add(key, new Spelling(label, file, line));
        }

        return null;
    }

    /// <summary>A label as it stands somewhere.</summary>
    internal sealed record Spelling(string Label, string File, long Line);
}
