using Orca.Training.Bench.Harness;

namespace Orca.Training.Bench.Fairness;

/// <summary>What one user with many jobs takes from the others, beside a queue that starts whoever comes first.</summary>
internal static class FairnessBench
{
    private const int Slots = 4;
    private static readonly (string Prefix, Func<Trace, List<Run>> Play)[] Ways = [("", Contenders.Scheduler), ("fifo_", Contenders.FirstInFirstOut)];

    public static Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        Report.Say($"""
            The scheduler in virtual time, beside first in, first out on the same traces. Wait: from submission to start, in the job's own length, the longest
            of a user. Lag: by how much service a user ever lags behind a machine that serves all users at once, in longest jobs. Jain: of the service of
            users with jobs waiting all through windows of 20 job times, the least. Figures are those of {Slots} slots; the table has one slot too, where the
            third of three users waits two jobs at best.
            """);
        Trace[] hundred = [.. Of(s => Trace.Hundred(s, later: 0)), .. Of(s => Trace.Hundred(s, later: 1))];
        Trace[] equal = [.. Of(Trace.Equal)];
        Trace[] mixed = [.. Of(Trace.Lengths), .. Of(Trace.Drawn)];
        Trace[] newcomer = [.. Of(Trace.Newcomer)];
        var rows = new List<IReadOnlyList<string>>();
        foreach (var (prefix, play) in Ways)
        {
            var results = hundred.Concat(equal).Concat(mixed).Concat(newcomer).ToDictionary(t => t, t => Found.In(t, play(t)));
            cancellationToken.ThrowIfCancellationRequested();
            rows.AddRange(results.Select(r => r.Value.Row(prefix, r.Key)));
            Tell(report, prefix, t => [.. t.Where(x => x.Slots == Slots).Select(x => results[x])], hundred, equal, mixed, newcomer);
            Tell(report, prefix + "one_slot_", t => [.. t.Where(x => x.Slots == 1).Select(x => results[x])], hundred, equal, mixed, newcomer);
        }

        Report.Table(["trace", "slots", "by", "wait of others", "lag", "Jain"], rows);
        return Task.CompletedTask;
    }

    private static IEnumerable<Trace> Of(Func<int, Trace> make) => [make(1), make(Slots)];

    private static void Tell(Report report, string prefix, Func<Trace[], List<Found>> of, Trace[] hundred, Trace[] equal, Trace[] mixed, Trace[] newcomer)
    {
        report.Add(prefix + "wait_b_slots", of(hundred).Max(f => f.Waits["B"]));
        report.Add(prefix + "wait_c_slots", of(hundred).Max(f => f.Waits["C"]));
        report.Add(prefix + "wait_steady_slots", of(newcomer).Max(f => f.Waits["steady"]));
        report.Add(prefix + "service_lag", of([.. hundred, .. equal, .. mixed, .. newcomer]).Max(f => f.Lag));
        report.Add(prefix + "jain_backlogged", of(equal).Min(f => f.Jain));
        report.Add(prefix + "jain_backlogged_mixed", of(mixed).Min(f => f.Jain));
    }

    private sealed record Found(Dictionary<string, double> Waits, double Lag, double Jain)
    {
        public static Found In(Trace trace, List<Run> runs) => new(
            trace.Jobs.Select(j => j.User).Distinct().ToDictionary(u => u, u => Measures.Wait(runs, u)), Measures.Lag(trace, runs), Measures.Jain(trace, runs));

        public IReadOnlyList<string> Row(string prefix, Trace trace) =>
        [
            trace.Name, $"{trace.Slots}", prefix.Length == 0 ? "scheduler" : "fifo",
            string.Join(", ", Waits.Where(w => w.Key is "B" or "C" or "steady").Select(w => $"{w.Key} {Report.Number(w.Value)}")), Report.Number(Lag), Report.Number(Jain),
        ];
    }
}
