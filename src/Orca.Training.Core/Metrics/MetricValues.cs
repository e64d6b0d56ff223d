using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Orca.Training.Metrics;

/// <summary>The values of one line, by name, in their order. There can be very many lines: each holds its numbers alone, and shares the names with others.</summary>
/// <param name="names">The names.</param>
/// <param name="values">The value of each name.</param>
internal sealed class MetricValues(MetricNames names, double[] values) : IReadOnlyDictionary<string, double>
{
    public MetricNames Names => names;

    /// <summary>The values, in the order of their names.</summary>
    public ReadOnlySpan<double> Numbers => values;

    public int Count => values.Length;

    public IEnumerable<string> Keys => this.Select(v => v.Key);

    public IEnumerable<double> Values => values;

    public double this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no value of '{key}'.");

    public bool ContainsKey(string key) => names.IndexOf(key) >= 0;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out double value)
    {
        var at = names.IndexOf(key);
        value = at >= 0 ? values[at] : 0;
        return at >= 0;
    }

    public IEnumerator<KeyValuePair<string, double>> GetEnumerator()
    {
        for (var i = 0; i < values.Length; i++)
        {
            yield return new(names[i], values[i]);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
