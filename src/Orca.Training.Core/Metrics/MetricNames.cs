using System.Text;

namespace Orca.Training.Metrics;

/// <summary>
/// The names of a line's values, each once, in the line's order. Lines with the same names share one, so that two lines are known to have the same
/// names without a look at them. Does not change.
/// </summary>
internal sealed class MetricNames
{
    // Up to here a search costs less than a table.
    private const int Few = 8;

    public static readonly MetricNames None = new([]);

    private readonly string[] _names;
    private readonly byte[][] _bytes;
    private readonly Dictionary<string, int>? _places;

    public MetricNames(ReadOnlySpan<string> names)
    {
        _names = names.ToArray();
        _bytes = Array.ConvertAll(_names, Encoding.UTF8.GetBytes);
        if (_names.Length > Few)
        {
            _places = new Dictionary<string, int>(_names.Length, StringComparer.Ordinal);
            for (var i = 0; i < _names.Length; i++)
            {
                _places.Add(_names[i], i);
            }
        }
    }

    public int Count => _names.Length;

    public string this[int place] => _names[place];

    public ReadOnlySpan<string> All => _names;

    /// <summary>A name in UTF-8.</summary>
    public ReadOnlySpan<byte> Bytes(int place) => _bytes[place];

    /// <summary>Where a name stands; -1 for nowhere.</summary>
    public int IndexOf(string name) => _places is null ? Array.IndexOf(_names, name) : _places.GetValueOrDefault(name, -1);

    /// <summary>Whether its first names are those of another.</summary>
    public bool BeginsWith(ReadOnlySpan<string> names) => _names.Length >= names.Length && names.SequenceEqual(_names.AsSpan(0, names.Length));
}
