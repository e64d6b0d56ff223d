namespace Orca.Training.Scheduling.Usage;

/// <summary>How long an attempt of an algorithm is expected to take: a running mean of those that have ended, in whole milliseconds.</summary>
internal sealed class RunTimes
{
    private static readonly TimeSpan AtFirst = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    private readonly Dictionary<string, long> _means = new(StringComparer.Ordinal);

    public TimeSpan Of(string algorithm) => _means.TryGetValue(algorithm, out var ms) ? TimeSpan.FromMilliseconds(ms) : AtFirst;

    public void Learn(string algorithm, TimeSpan took)
    {
        var ms = (long)(took > Least ? took : Least).TotalMilliseconds;
        _means[algorithm] = _means.TryGetValue(algorithm, out var mean) ? Math.Max(1, ((3 * mean) + ms) / 4) : ms;
    }
}
