using Orca.Training.Docker.Output;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Output;

/// <summary>Whether an engine, whose log is bounded, has left lines out.</summary>
public sealed class ContinuityTests
{
    private static readonly DateTimeOffset Asked = DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(100);

    [Fact]
    public void An_answer_that_begins_before_the_last_line_read_or_with_it_is_complete()
    {
        foreach (var first in new[] { 90L, 98, 99 })
        {
            Assert.Equal(Continuity.Before.Complete, Take(new Continuity(new OutputPosition(At(99), 1), Asked), first));
        }
    }

    [Fact]
    public void An_answer_that_begins_after_it_lacks_lines() =>
        Assert.Equal(Continuity.Before.Missing, Take(new Continuity(new OutputPosition(At(99), 1), Asked), 99.5));

    [Fact]
    public void A_first_answer_may_begin_anywhere() => Assert.Equal(Continuity.Before.Complete, Take(new Continuity(default, Asked), 99.5));

    [Fact]
    public void Lines_that_come_closer_together_than_they_were_printed_are_in_doubt_unless_they_were_printed_before_the_engine_was_asked()
    {
        var continuity = new Continuity(default, Asked);

        Assert.Equal(Continuity.Before.Complete, Take(continuity, 10, came: 100));
        Assert.Equal(Continuity.Before.Complete, Take(continuity, 99, came: 100));
        Assert.Equal(Continuity.Before.Doubtful, Take(continuity, 101, came: 101.5));
        Assert.Equal(Continuity.Before.Complete, Take(continuity, 101.01, came: 101.5));
    }

    [Fact]
    public void Lines_that_come_as_they_are_printed_are_complete_however_long_the_pauses_and_whatever_the_engines_clock()
    {
        var continuity = new Continuity(default, Asked);

        Assert.All(Enumerable.Range(0, 50), i => Assert.Equal(Continuity.Before.Complete, Take(continuity, 500 + (i * i), came: 100 + (i * i))));
    }

    private static Continuity.Before Take(Continuity continuity, double second, double came = 100) =>
        continuity.Take(new OutputLine(OutputStream.Standard, At(second), "x"), DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(came));

    private static long At(double second) => (long)(second * 1e9);
}
