namespace Orca.Training.Bench.Kill;

/// <summary>What was done on each kind of installation. Thread-safe.</summary>
internal sealed class Tally
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Row> _rows = new(StringComparer.Ordinal);

    public IReadOnlyList<Row> Rows => [.. _rows.Values];

    public void Add(string name, int kills, Round round)
    {
        lock (_lock)
        {
            var row = _rows.GetValueOrDefault(name, new Row(name, 0, 0, 0, TimeSpan.Zero));
            _rows[name] = new Row(name, row.Rounds + 1, row.Kills + kills, row.Acknowledged + round.Acknowledged, row.Settled > round.Settled ? row.Settled : round.Settled);
        }
    }

    /// <param name="Name">Which kind.</param>
    /// <param name="Rounds">How many installations.</param>
    /// <param name="Kills">How many hosts were killed there.</param>
    /// <param name="Acknowledged">How many submissions were answered.</param>
    /// <param name="Settled">The longest time from the last host's start until nothing was open.</param>
    public sealed record Row(string Name, int Rounds, int Kills, int Acknowledged, TimeSpan Settled);
}
