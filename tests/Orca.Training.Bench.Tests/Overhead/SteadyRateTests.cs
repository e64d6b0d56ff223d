using Orca.Training.Bench.Overhead;

namespace Orca.Training.Bench.Tests.Overhead;

public sealed class SteadyRateTests
{
    [Fact]
    public void The_beginning_and_the_end_of_a_block_do_not_count()
    {
        // Two at a time: the first two and the last two are slow, between them there are ten a second.
        double[] seconds = [0, 5, 10, 10.1, 10.2, 10.3, 10.4, 15, 20];

        Assert.Equal(10, SteadyRate.Of(seconds, atATime: 2), 9);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(16, 4)]
    public void As_many_as_are_needed_give_the_wanted_intervals(int intervals, int atATime)
    {
        double[] seconds = [.. Enumerable.Range(0, SteadyRate.Needed(intervals, atATime)).Select(i => (double)i)];

        Assert.Equal(1, SteadyRate.Of(seconds, atATime), 9);
        Assert.Equal(intervals, seconds[^(1 + atATime)] - seconds[atATime]);
    }

    [Fact]
    public void A_block_without_a_middle_has_no_rate() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SteadyRate.Of([0, 1, 2, 3], atATime: 2));
}
