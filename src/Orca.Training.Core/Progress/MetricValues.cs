using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Orca.Training.Progress;

/// <summary>
/// The values of one line, by name, in their order. A line has few, and there can be very many lines: so they are looked for one by one, in a third of the
/// memory of a hash table.
/// </summary>
internal sealed class MetricValues : IReadOnlyDictionary<string, double>
{
    private KeyValuePair<string, double>[] _values = [];

    public int Count { get; private set; }

    public IEnumerable<string> Keys => this.Select(v => v.Key);

    public IEnumerable<double> Values => this.Select(v => v.Value);

    public double this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no value of '{key}'.");

    /// <summary>Gives a name its value, in place of one that it has; a new name only if there are not too many. Whether it has it.</summary>
    public bool Set(string name, double value, int most)
    {
        var at = IndexOf(name);
        if (at >= 0)
        {
            _values[at] = new(name, value);
        }
        else if (Count >= most)
        {
            return false;
        }
        else
        {
            if (Count == _values.Length)
            {
                Array.Resize(ref _values, Math.Max(2, Count * 2));
            }

            _values[Count++] = new(name, value);
        }

        return true;
    }

    public bool ContainsKey(string key) => IndexOf(key) >= 0;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out double value)
    {
        var at = IndexOf(key);
        value = at >= 0 ? _values[at].Value : 0;
        return at >= 0;
    }

    public IEnumerator<KeyValuePair<string, double>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return _values[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int IndexOf(string name)
    {
        for (var i = 0; i < Count; i++)
        {
            if (_values[i].Key == name)
            {
                return i;
            }
        }

        return -1;
    }
}
