using Orca.Training.Bench.Harness;

namespace Orca.Training.Bench.Overhead;

/// <summary>What the rounds of one container at a time say.</summary>
internal static class OverheadLatency
{
    public static void Tell(Report report, IReadOnlyList<Round> rounds)
    {
        Report.Say($"""
            The same container, `true` without a network, made by the engine's client alone (raw), by that and its output read to the end
            (reading), and by the SDK, in {rounds.Count} rounds, one at a time. Raw is done when the die event arrives on one shared stream; reading
            when the output has ended, too; the SDK when a gRPC client that watches the job sees its final state, from before the
            submission. The container is then removed before the next one begins. All in ms.
            """);
        Report.Table(
            ["from the wish for it, ms", "raw p50", "p99", "reading p50", "p99", "SDK p50", "p99"],
            [
                Row("container made", rounds, c => c.Created),
                Row("then started", rounds, c => c.Started - c.Created),
                Row("then ended", rounds, c => c.Died - c.Started),
                Row("then known to who waits", rounds, c => c.Seen - c.Died),
                Row("in all until known", rounds, c => c.Seen),
                Row("in all until removed", rounds, c => c.Gone),
            ]);
        List<double> raw = [.. rounds.Select(r => r.Raw.Seen)];
        List<double> added = [.. rounds.Select(r => r.Sdk.Seen - r.Raw.Seen)];
        List<double> addedToReading = [.. rounds.Select(r => r.Sdk.Seen - r.Reading.Seen)];
        List<double> afterEnd = [.. rounds.Select(r => r.Sdk.Seen - r.Sdk.Died)];
        List<double> untilRemoved = [.. rounds.Select(r => r.Sdk.Gone - r.Raw.Gone)];
        // What the engine's own variation makes of a paired difference.
        List<double> nextRaw = [.. raw.Zip(raw.Skip(1), (a, b) => b - a)];
        Report.Table(
            ["paired differences until known, ms", "p50", "p99"],
            [
                Difference("SDK less raw", added),
                Difference("SDK less reading", addedToReading),
                Difference("raw less the raw before", nextRaw),
            ]);
        var ofQuantiles = Statistics.Quantile(rounds.Select(r => r.Sdk.Seen), 0.99) - Statistics.Quantile(raw, 0.99);
        Report.Say($"The SDK's p99 less the raw p99 is {Report.Number(ofQuantiles)}.");
        report.Add("pairs", rounds.Count);
        Add(report, "raw_ms", raw);
        Add(report, "added_ms", added);
        report.Add("added_ms_p99_of_quantiles", ofQuantiles);
        Add(report, "added_to_reading_ms", addedToReading);
        report.Add("raw_pair_ms_p99", Statistics.Quantile(nextRaw, 0.99));
        Add(report, "added_until_removed_ms", untilRemoved);
        report.Add("sdk_before_made_ms_p50", Statistics.Median(rounds.Select(r => r.Sdk.Created)) - Statistics.Median(rounds.Select(r => r.Raw.Created)));
        Add(report, "sdk_after_end_ms", afterEnd);
        Add(report, "reading_after_end_ms", [.. rounds.Select(r => r.Reading.Seen - r.Reading.Died)]);
    }

    private static void Add(Report report, string key, List<double> values)
    {
        report.Add($"{key}_p50", Statistics.Median(values));
        report.Add($"{key}_p99", Statistics.Quantile(values, 0.99));
    }

    private static string[] Difference(string name, List<double> values) =>
        [name, Report.Number(Statistics.Median(values)), Report.Number(Statistics.Quantile(values, 0.99))];

    private static string[] Row(string name, IReadOnlyList<Round> rounds, Func<Cycle, double> of)
    {
        Func<Round, Cycle>[] ways = [r => r.Raw, r => r.Reading, r => r.Sdk];
        return [name, .. ways.SelectMany(way => (string[])
        [
            Report.Number(Statistics.Median(rounds.Select(r => of(way(r))))),
            Report.Number(Statistics.Quantile(rounds.Select(r => of(way(r))), 0.99)),
        ])];
    }

    /// <summary>One container each way, one after the other.</summary>
    internal readonly record struct Round(Cycle Raw, Cycle Reading, Cycle Sdk);
}
