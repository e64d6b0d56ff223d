namespace Orca.Training.Scheduling.Usage;

/// <summary>
/// Weighs use by when it was: what was used one half-life earlier counts half. The weight of an hour grows with the hour, so that what is past
/// never has to be touched again (forward decay: Cormode, Shkapenyuk, Srivastava, Xu 2009). Weights are whole numbers, and constant within an
/// hour: sums are exact, in whatever order they are made, on every machine.
/// </summary>
internal sealed class Decay
{
    // 2^20 is the weight of the first hour; 40 doublings of it, times the most milliseconds and the greatest cost, stay below 2^127.
    private const int FractionBits = 20;
    private const int MostHalfLives = 40;
    private const long HourMs = 3_600_000;

    private readonly long _hours;
    private readonly long[] _weights;
    private readonly long[] _sumsBefore;
    private readonly long _first;

    /// <summary>Weights for one half-life, from an hour before which nothing counts.</summary>
    /// <param name="halfLife">At least an hour; counted in whole hours.</param>
    /// <param name="now">Decides from when use counts: at most forty half-lives back.</param>
    public Decay(TimeSpan halfLife, DateTimeOffset now)
    {
        _hours = Math.Max(1, (long)halfLife.TotalHours);
        _weights = new long[_hours];
        _sumsBefore = new long[_hours + 1];
        for (var i = 0; i < _hours; i++)
        {
            _weights[i] = (long)Math.Round(Math.Pow(2, FractionBits + ((double)i / _hours)));
            _sumsBefore[i + 1] = _sumsBefore[i] + _weights[i];
        }

        // On a grid of half as many half-lives: hosts that begin at different times begin to count at the same one.
        var grid = _hours * (MostHalfLives / 2);
        _first = ((HourOf(now) / grid) - 1) * grid;
    }

    /// <summary>Whether the weights still hold at this time; they have to be made anew, and all use weighed anew, where they do not.</summary>
    public bool Holds(DateTimeOffset now) => HourOf(now) - _first < _hours * MostHalfLives;

    /// <summary>Whether the weights are of this half-life.</summary>
    public bool IsOf(TimeSpan halfLife) => _hours == Math.Max(1, (long)halfLife.TotalHours);

    /// <summary>By how many halves use counts less here than by earlier weights; what was weighed by another half-life counts for nothing.</summary>
    public int HalvesSince(Decay earlier) => earlier._hours == _hours ? (int)Math.Clamp((_first - earlier._first) / _hours, 0, 127) : 127;

    /// <summary>The hour of a time, counted from 1970.</summary>
    public static long HourOf(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / HourMs;

    /// <summary>The weighed time between two moments, in milliseconds; negative if the second is earlier.</summary>
    public Int128 Between(DateTimeOffset from, DateTimeOffset to) => Until(to) - Until(from);

    private Int128 Until(DateTimeOffset time)
    {
        var ms = time.ToUnixTimeMilliseconds() - (_first * HourMs);
        if (ms <= 0)
        {
            return 0;
        }

        var (hour, rest) = long.DivRem(ms, HourMs);
        // Beyond the end of the weights nothing grows any more.
        var last = (_hours * MostHalfLives) + _hours;
        (hour, rest) = hour < last ? (hour, rest) : (last, 0);
        var (lives, within) = long.DivRem(hour, _hours);
        var whole = ((((Int128)1 << (int)lives) - 1) * _sumsBefore[_hours]) + ((Int128)_sumsBefore[within] << (int)lives);
        return (whole * HourMs) + (((Int128)_weights[within] << (int)lives) * rest);
    }
}
