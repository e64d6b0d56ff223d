using System.Globalization;
using Orca.Training.Bench.Harness;
using Orca.Training.Bench.Kill.Machine;
using Orca.Training.Bench.Stores;

namespace Orca.Training.Bench.Kill;

/// <summary>How much is killed.</summary>
/// <param name="Kills">On the fake machine.</param>
/// <param name="EngineKills">On the real engine; 0 where there is none.</param>
/// <param name="AtBoundary">The fewest at each boundary.</param>
/// <param name="InRound">How many in one installation before it is looked at.</param>
internal sealed record KillSize(int Kills, int EngineKills, int AtBoundary, int InRound)
{
    public static KillSize Whole { get; } = new(Kills: 960, EngineKills: 120, AtBoundary: 20, InRound: 40);

    /// <summary>So many in all, in the same proportions.</summary>
    public static KillSize Of(int kills)
    {
        var engine = kills * Whole.EngineKills / (Whole.Kills + Whole.EngineKills);
        return new KillSize(kills - engine, engine, kills * Whole.AtBoundary / (Whole.Kills + Whole.EngineKills), Math.Min(Whole.InRound, Math.Max(8, kills / 6)));
    }
}

/// <summary>
/// Kills hosts with SIGKILL under a steady load, at boundaries and at random moments, and looks whether anything was lost, done twice,
/// left behind, or recorded otherwise than it was.
/// </summary>
internal static class KillBench
{
    /// <summary>How many kills, where it is to be more or fewer than the whole.</summary>
    private const string Variable = "ORCA_KILLS";
    private const int Seed = 2_026;

    // So many installations at a time: what is waited for in one, a lease or a training's end, is time for the others.
    private const int Lanes = 3;

    public static async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        var size = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } kills ? KillSize.Of(int.Parse(kills, CultureInfo.InvariantCulture)) : KillSize.Whole;
        var began = TimeProvider.System.GetTimestamp();
        var (plan, findings, tally) = await KillAsync(size, cancellationToken);
        Tell(report, plan, findings, tally, TimeProvider.System.GetElapsedTime(began));
    }

    /// <summary>Kills so much, and says what was found.</summary>
    public static async Task<(KillPlan Plan, Findings Findings, Tally Tally)> KillAsync(KillSize size, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("orca-kill-").FullName;
        var (plan, findings, tally) = (new KillPlan(size.AtBoundary, new Random(Seed)), new Findings(), new Tally());
        await using (var machine = await FakeMachine.StartAsync(folder, cancellationToken))
        await using (var postgreSql = PostgreSqlDatabase.Start())
        await using (var engine = size.EngineKills > 0 ? new EngineWitness() : null)
        {
            var work = new KillWork(folder, machine, postgreSql.ConnectionString, engine, size);
            await Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Task.Run(() => work.RunAsync(plan, findings, tally, lane, cancellationToken), cancellationToken)));
        }

        if (findings.All.Any())
        {
            Report.Say($"What hosts said is in {folder}.");
        }
        else
        {
            ReadOnlyFolders.Delete(folder);
        }

        return (plan, findings, tally);
    }

    private static void Tell(Report report, KillPlan plan, Findings findings, Tally tally, TimeSpan elapsed)
    {
        Report.Table(
            ["installations", "number", "kills", "jobs acknowledged", "settled within s"],
            tally.Rows.Select(r => (IReadOnlyList<string>)[r.Name, $"{r.Rounds}", $"{r.Kills}", $"{r.Acknowledged}", Report.Number(r.Settled.TotalSeconds)]));
        Report.Table(["boundary", "kills"], plan.Met.OrderBy(m => m.Key.Call, StringComparer.Ordinal).Select(m => (IReadOnlyList<string>)[m.Key.ToString(), $"{m.Value}"]));
        foreach (var finding in findings.All.Take(100))
        {
            Report.Say(finding);
        }

        report.Add("kills", plan.Kills);
        report.Add("boundaries", plan.Met.Count(m => m.Value > 0));
        report.Add("least_kills_at_a_boundary", plan.Met.Values.Min());
        report.Add("lost", findings.Lost.Count);
        report.Add("twice", findings.Twice.Count);
        report.Add("orphans", findings.Orphans.Count);
        report.Add("disagreements", findings.Disagreements.Count);
        report.Add("wrong_logs", findings.Lines.Count);
        report.Add("random_kills", plan.Kills - plan.Met.Values.Sum());
        report.Add("boundary_not_met", plan.Missed);
        report.Add("engine_kills", tally.Rows.Where(r => r.Name.Contains("engine", StringComparison.Ordinal)).Sum(r => r.Kills));
        report.Add("jobs", tally.Rows.Sum(r => r.Acknowledged));
        report.Add("seconds", elapsed.TotalSeconds);
    }
}
