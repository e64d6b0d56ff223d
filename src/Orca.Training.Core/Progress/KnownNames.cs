using Orca.Training.Metrics;

namespace Orca.Training.Progress;

/// <summary>
/// The names that the last lines of one output had. A training prints the same few kinds of lines again and again: what was read of one need not be read of
/// the next. Not thread-safe: the reader of the output owns it.
/// </summary>
internal sealed class KnownNames
{
    // Training, validation, the machine's own figures, and one more.
    private const int Most = 4;

    private readonly List<MetricNames> _kinds = new(Most);
    private int _oldest;

    /// <summary>The names of the last line.</summary>
    public MetricNames Last { get; private set; } = MetricNames.None;

    /// <summary>The names of the last kinds of lines.</summary>
    public IReadOnlyList<MetricNames> Kinds => _kinds;

    /// <summary>Just these names, of the last line from now on.</summary>
    public MetricNames Use(ReadOnlySpan<string> names)
    {
        foreach (var kind in _kinds)
        {
            if (kind.Count == names.Length && kind.BeginsWith(names))
            {
                return Last = kind;
            }
        }

        var added = new MetricNames(names);
        if (_kinds.Count < Most)
        {
            _kinds.Add(added);
        }
        else
        {
            _kinds[_oldest] = added;
            _oldest = (_oldest + 1) % Most;
        }

        return Last = added;
    }

    /// <summary>These names are the last line's from now on.</summary>
    public MetricNames Use(MetricNames names) => Last = names;
}
