using Docker.DotNet;
using Orca.Training.Bench.Harness;

namespace Orca.Training.Bench.Overhead;

/// <summary>What the SDK adds to a container: the same one, by the engine's client alone and by the SDK, in turns.</summary>
internal static class OverheadBench
{
    private const int WarmUp = 8;
    private const int Pairs = 110;

    // How many at a time, how many pairs of blocks, and how many removals a block measures. The promise is about four at a time.
    private static readonly (int AtATime, int Blocks, int Intervals)[] Levels = [(1, 3, 8), (2, 3, 8), (4, 12, 16), (8, 3, 16)];
    private const int PromisedLevel = 4;

    public static async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("orca-overhead-");
        using var engine = new DockerClientBuilder().Build();
        await using var events = new EngineEvents(engine);
        try
        {
            RawWay raw;
            await using (var sdk = await SdkWay.StartAsync(folder, atATime: 1, events, cancellationToken))
            {
                raw = new RawWay(engine, events, await TemplateAsync(engine, sdk, folder, cancellationToken));
                TellLatency(report, await PairAsync(raw, sdk, cancellationToken));
            }

            await CompareLevelsAsync(report, raw, folder, events, cancellationToken);
        }
        finally
        {
            await RemoveAsync(engine, folder);
        }
    }

    private static async Task<ContainerTemplate> TemplateAsync(DockerClient engine, SdkWay sdk, DirectoryInfo folder, CancellationToken cancellationToken)
    {
        var made = await sdk.InspectOneAsync(engine, cancellationToken);
        var places = new Dictionary<string, string>();
        foreach (var mount in made.Host.Mounts!)
        {
            // The dataset is the very same; what a training writes goes to a folder of the raw way's own.
            places[mount.Target!] = mount.ReadOnly is true ? mount.Source! : folder.CreateSubdirectory($"raw{mount.Target}").FullName;
        }

        var template = new ContainerTemplate($"{folder.Name}-raw", made, places);
        await template.CheckAsync(engine, cancellationToken);
        return template;
    }

    private static async Task<List<(Cycle Raw, Cycle Sdk)>> PairAsync(RawWay raw, SdkWay sdk, CancellationToken cancellationToken)
    {
        var pairs = new List<(Cycle Raw, Cycle Sdk)>();
        for (var i = -WarmUp; i < Pairs; i++)
        {
            // Who is first changes, so that neither always follows the other.
            var (first, second) = i % 2 == 0 ? ((IWay)raw, (IWay)sdk) : (sdk, raw);
            var one = await first.OneAsync(cancellationToken);
            var other = await second.OneAsync(cancellationToken);
            if (i >= 0)
            {
                pairs.Add(first == raw ? (one, other) : (other, one));
            }
        }

        return pairs;
    }

    private static void TellLatency(Report report, List<(Cycle Raw, Cycle Sdk)> pairs)
    {
        Report.Say($"""
            The same container, `true` without a network, made by the engine's client alone (raw) and by the SDK, in {pairs.Count} pairs, one at a
            time. Raw is done when the die event arrives on one shared stream; the SDK when a gRPC client that watches the job sees its final
            state, from before the submission. In both, the container is then removed before the next one begins. All in ms.
            """);
        Report.Table(
            ["from the wish for it, ms", "raw p50", "p99", "SDK p50", "p99"],
            [
                Row("container made", pairs, c => c.Created),
                Row("then started", pairs, c => c.Started - c.Created),
                Row("then ended", pairs, c => c.Died - c.Started),
                Row("then known to who waits", pairs, c => c.Seen - c.Died),
                Row("in all until known", pairs, c => c.Seen),
                Row("in all until removed", pairs, c => c.Gone),
            ]);
        var rawSeen = pairs.Select(p => p.Raw.Seen).ToList();
        var added = pairs.Select(p => p.Sdk.Seen - p.Raw.Seen).ToList();
        var addedUntilGone = pairs.Select(p => p.Sdk.Gone - p.Raw.Gone).ToList();
        var difference = Statistics.Quantile(pairs.Select(p => p.Sdk.Seen), 0.99) - Statistics.Quantile(rawSeen, 0.99);
        // What the engine's own variation makes of a paired difference: raw against the raw of the next pair.
        var noise = Statistics.Quantile(rawSeen.Zip(rawSeen.Skip(1), (a, b) => b - a), 0.99);
        Report.Say(
            $"added until known: p50 {Report.Number(Statistics.Median(added))}, p99 {Report.Number(Statistics.Quantile(added, 0.99))} of the paired differences; " +
            $"difference of the p99s {Report.Number(difference)}; p99 of raw against the next raw {Report.Number(noise)}.");
        report.Add("pairs", pairs.Count);
        report.Add("raw_ms_p50", Statistics.Median(rawSeen));
        report.Add("raw_ms_p99", Statistics.Quantile(rawSeen, 0.99));
        report.Add("added_ms_p50", Statistics.Median(added));
        report.Add("added_ms_p99", Statistics.Quantile(added, 0.99));
        report.Add("added_ms_p99_of_quantiles", difference);
        report.Add("raw_pair_ms_p99", noise);
        report.Add("added_until_removed_ms_p50", Statistics.Median(addedUntilGone));
        report.Add("added_until_removed_ms_p99", Statistics.Quantile(addedUntilGone, 0.99));
        report.Add("sdk_before_made_ms_p50", Statistics.Median(pairs.Select(p => p.Sdk.Created)) - Statistics.Median(pairs.Select(p => p.Raw.Created)));
        report.Add("sdk_after_end_ms_p50", Statistics.Median(pairs.Select(p => p.Sdk.Seen - p.Sdk.Died)));
        report.Add("sdk_after_end_ms_p99", Statistics.Quantile(pairs.Select(p => p.Sdk.Seen - p.Sdk.Died), 0.99));
    }

    private static string[] Row(string name, List<(Cycle Raw, Cycle Sdk)> pairs, Func<Cycle, double> of) =>
    [
        name,
        Report.Number(Statistics.Median(pairs.Select(p => of(p.Raw)))),
        Report.Number(Statistics.Quantile(pairs.Select(p => of(p.Raw)), 0.99)),
        Report.Number(Statistics.Median(pairs.Select(p => of(p.Sdk)))),
        Report.Number(Statistics.Quantile(pairs.Select(p => of(p.Sdk)), 0.99)),
    ];

    private static async Task CompareLevelsAsync(Report report, RawWay raw, DirectoryInfo folder, EngineEvents events, CancellationToken cancellationToken)
    {
        Report.Say("""

            Jobs a second in steady state, a job counted when its container is removed; without the beginning and the end of each block. Both
            begin the next container when an end is seen, and remove beside it. The ratio is that of the rates over all blocks; its interval
            is a bootstrap over the pairs of blocks, 95 %.
            """);
        var rows = new List<string[]>();
        foreach (var (atATime, count, intervals) in Levels)
        {
            await using var sdk = await SdkWay.StartAsync(folder, atATime, events, cancellationToken);
            var blocks = new List<Block>();
            for (var i = -1; i < count; i++)
            {
                var jobs = SteadyRate.Needed(i < 0 ? 1 : intervals, atATime);
                var (first, second) = i % 2 == 0 ? ((IWay)raw, (IWay)sdk) : (sdk, raw);
                var one = await RateAsync(first, jobs, atATime, cancellationToken);
                var other = await RateAsync(second, jobs, atATime, cancellationToken);
                if (i >= 0)
                {
                    blocks.Add(first == raw ? new Block(one, other) : new Block(other, one));
                }
            }

            var (rawRate, sdkRate, ratio) = (Block.Rate(blocks, b => b.Raw), Block.Rate(blocks, b => b.Sdk), Block.Ratio(blocks));
            var (low, high) = Statistics.Interval(blocks, Block.Ratio, new Random(1));
            rows.Add([$"{atATime}", Report.Number(rawRate), Report.Number(sdkRate), Report.Number(ratio), $"{Report.Number(low)} to {Report.Number(high)}", $"{count}"]);
            report.Add($"raw_jobs_per_s_{atATime}", rawRate);
            report.Add($"sdk_jobs_per_s_{atATime}", sdkRate);
            if (atATime == PromisedLevel)
            {
                report.Add("throughput_ratio", ratio);
                report.Add("ratio_ci_low", low);
                report.Add("ratio_ci_high", high);
            }
        }

        Report.Table(["at a time", "raw jobs/s", "SDK jobs/s", "ratio", "interval", "pairs of blocks"], rows);
    }

    private static async Task<double> RateAsync(IWay way, int jobs, int atATime, CancellationToken cancellationToken)
    {
        var gone = await way.ManyAsync(jobs, atATime, cancellationToken);
        return SteadyRate.Of([.. gone.Select(at => TimeProvider.System.GetElapsedTime(gone[0], at).TotalSeconds)], atATime);
    }

    /// <summary>Takes away what is left when the bench was ended early, and its folder.</summary>
    private static async Task RemoveAsync(DockerClient engine, DirectoryInfo folder)
    {
        var label = new Dictionary<string, bool> { [$"orca.application={folder.Name}-raw"] = true };
        var filter = new Dictionary<string, IDictionary<string, bool>> { ["label"] = label };
        foreach (var left in await engine.Containers.ListContainersAsync(new() { All = true, Filters = filter }, CancellationToken.None))
        {
            await engine.Containers.RemoveContainerAsync(left.ID, new() { Force = true, RemoveVolumes = true }, CancellationToken.None);
        }

        // Snapshots of datasets are read-only.
        foreach (var inner in folder.EnumerateDirectories("*", SearchOption.AllDirectories).Prepend(folder))
        {
            if (!OperatingSystem.IsWindows())
            {
                inner.UnixFileMode |= UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            }
        }

        folder.Delete(recursive: true);
    }

    /// <summary>The jobs a second of a pair of blocks. All blocks of a level measure as many jobs.</summary>
    private readonly record struct Block(double Raw, double Sdk)
    {
        /// <summary>Jobs over time: the harmonic mean.</summary>
        public static double Rate(IReadOnlyList<Block> blocks, Func<Block, double> of) => blocks.Count / blocks.Sum(b => 1 / of(b));

        public static double Ratio(IReadOnlyList<Block> blocks) => Rate(blocks, b => b.Sdk) / Rate(blocks, b => b.Raw);
    }
}
