using System.Text.Json;
using Orca.Training.Metrics;
using Orca.Training.Text;

namespace Orca.Training.Progress;

/// <summary>
/// Takes the values of one line in as they are read. As long as the line has the names of one that came before, in their order, its names are only compared;
/// from where it goes another way they are made.
/// </summary>
/// <param name="known">The names of the lines before.</param>
/// <param name="numbers">Room for <see cref="OutputParser.MaxMetrics"/> values.</param>
internal ref struct ValuesOfLine(KnownNames known, Span<double> numbers)
{
    private readonly Span<double> _numbers = numbers;
    private MetricNames _names = known.Last;
    private int _count;
    private OrderedDictionary<string, double>? _own;

    /// <summary>Gives a name its value, in place of one that it has. Whether it has it: no bad name does, and none beyond the limit.</summary>
    /// <param name="name">A reader that stands at the name.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidOperationException">Half a character stands in an escape.</exception>
    public bool Set(in Utf8JsonReader name, double value)
    {
        if (_own is null)
        {
            if (IsNext(name))
            {
                _numbers[_count++] = value;
                return true;
            }

            GoAnotherWay();
        }

        if (name.GetString() is not { } text || !Alphabet.IsName(text, OutputParser.MaxMetricNameLength)
            || (_own!.Count >= OutputParser.MaxMetrics && !_own.ContainsKey(text)))
        {
            return false;
        }

        _own[text] = value;
        return true;
    }

    /// <summary>All of them.</summary>
    public readonly MetricValues Take() =>
        _own is null
            ? new MetricValues(_count == _names.Count ? known.Use(_names) : known.Use(_names.All[.._count]), _numbers[.._count].ToArray())
            : new MetricValues(known.Use([.. _own.Keys]), [.. _own.Values]);

    private bool IsNext(in Utf8JsonReader name)
    {
        if (_count < _names.Count && name.ValueTextEquals(_names.Bytes(_count)))
        {
            return true;
        }

        foreach (var kind in known.Kinds)
        {
            if (_count < kind.Count && name.ValueTextEquals(kind.Bytes(_count)) && kind.BeginsWith(_names.All[.._count]))
            {
                _names = kind;
                return true;
            }
        }

        return false;
    }

    private void GoAnotherWay()
    {
        _own = new OrderedDictionary<string, double>(StringComparer.Ordinal);
        for (var i = 0; i < _count; i++)
        {
            _own.Add(_names[i], _numbers[i]);
        }
    }
}
