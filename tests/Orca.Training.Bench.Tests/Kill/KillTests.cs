using Orca.Training.Bench.Kill;

namespace Orca.Training.Bench.Tests.Kill;

/// <summary>
/// Real hosts, with SQLite and a real PostgreSQL, killed by SIGKILL under load; <c>./bench.sh kill</c> is the whole of it, at all boundaries
/// and on the real engine.
/// </summary>
public sealed class KillTests
{
    private static readonly KillSize Size = new(Kills: 60, EngineKills: 0, AtBoundary: 1, InRound: 15);

    [Fact]
    public async Task Hosts_that_are_killed_lose_nothing_do_nothing_twice_and_leave_nothing_behind()
    {
        var (plan, findings, _) = await KillBench.KillAsync(Size, TestContext.Current.CancellationToken);

        Assert.Empty(findings.All);
        Assert.True(plan.Kills >= Size.Kills, $"{plan.Kills} hosts were killed");
        Assert.All(plan.Met, met => Assert.True(met.Value >= Size.AtBoundary, $"{met.Key} was met {met.Value} times"));
    }
}
