using Docker.DotNet;
using Orca.Training.Bench.Harness;

namespace Orca.Training.Bench.Overhead;

/// <summary>What the SDK adds to a container: the same one, by the engine's client alone and by the SDK, in turns.</summary>
internal static class OverheadBench
{
    private const int WarmUp = 6;
    private const int Rounds = 102;
    private const string Raw = "raw";
    private const string Reading = "reading";

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
                var template = await TemplateAsync(engine, sdk, folder, cancellationToken);
                raw = new RawWay(engine, events, template, $"{folder.Name}-{Raw}", readsOutput: false);
                var reading = new RawWay(engine, events, template, $"{folder.Name}-{Reading}", readsOutput: true);
                OverheadLatency.Tell(report, await CompareAsync(raw, reading, sdk, cancellationToken));
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

        var template = new ContainerTemplate(made, places);
        await template.CheckAsync(engine, $"{folder.Name}-{Raw}", cancellationToken);
        return template;
    }

    private static async Task<List<OverheadLatency.Round>> CompareAsync(RawWay raw, RawWay reading, SdkWay sdk, CancellationToken cancellationToken)
    {
        IWay[] ways = [raw, reading, sdk];
        var rounds = new List<OverheadLatency.Round>();
        for (var i = -WarmUp; i < Rounds; i++)
        {
            // Who is first changes, and who follows whom.
            var cycles = new Cycle[ways.Length];
            for (var j = 0; j < ways.Length; j++)
            {
                var way = (i + WarmUp + (i % 2 == 0 ? j : ways.Length - j)) % ways.Length;
                cycles[way] = await ways[way].OneAsync(cancellationToken);
            }

            if (i >= 0)
            {
                rounds.Add(new OverheadLatency.Round(cycles[0], cycles[1], cycles[2]));
            }
        }

        return rounds;
    }

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
        foreach (var application in (string[])[Raw, Reading])
        {
            var label = new Dictionary<string, bool> { [$"orca.application={folder.Name}-{application}"] = true };
            var filter = new Dictionary<string, IDictionary<string, bool>> { ["label"] = label };
            foreach (var left in await engine.Containers.ListContainersAsync(new() { All = true, Filters = filter }, CancellationToken.None))
            {
                await engine.Containers.RemoveContainerAsync(left.ID, new() { Force = true, RemoveVolumes = true }, CancellationToken.None);
            }
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
