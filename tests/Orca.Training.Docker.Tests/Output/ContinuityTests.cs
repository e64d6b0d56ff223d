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
    public void A_jump_in_time_is_in_doubt_where_the_engine_has_not_paused_and_was_not_asked_later()
    {
        var continuity = new Continuity(default, Asked);

        Assert.Equal(Continuity.Before.Complete, Take(continuity, 10));
        Assert.Equal(Continuity.Before.Complete, Take(continuity, 99));
        Assert.Equal(Continuity.Before.Doubtful, Take(continuity, 101));
        Assert.Equal(Continuity.Before.Complete, Take(continuity, 101.01));
        continuity.Waited();
        Assert.Equal(Continuity.Before.Complete, Take(continuity, 105));
    }

    private static Continuity.Before Take(Continuity continuity, double second) => continuity.Take(new OutputLine(OutputStream.Standard, At(second), "x"));

    private static long At(double second) => (long)(second * 1e9);
}
