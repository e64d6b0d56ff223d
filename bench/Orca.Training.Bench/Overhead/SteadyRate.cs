namespace Orca.Training.Bench.Overhead;

/// <summary>How often something happened a second, without the beginning and the end of a block, when fewer are under way.</summary>
internal static class SteadyRate
{
    /// <summary>How many must happen in a block so that a number of intervals is measured.</summary>
    public static int Needed(int intervals, int atATime) => intervals + 1 + (2 * atATime);

    /// <param name="seconds">When each happened, in order.</param>
    /// <param name="atATime">How many were under way at a time: so many are left out at each end.</param>
    public static double Of(IReadOnlyList<double> seconds, int atATime)
    {
        var intervals = seconds.Count - 1 - (2 * atATime);
        ArgumentOutOfRangeException.ThrowIfLessThan(intervals, 1, nameof(seconds));
        return intervals / (seconds[^(1 + atATime)] - seconds[atATime]);
    }
}
