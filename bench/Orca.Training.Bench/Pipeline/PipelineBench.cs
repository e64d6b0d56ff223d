namespace Orca.Training.Bench.Pipeline;

/// <summary>What the SDK costs a job from submit to its final state, beside the floor that does the same updates and nothing else.</summary>
internal static class PipelineBench
{
    private const int Jobs = 100_000;
    private const int Rounds = 3;

    public static async Task<IReadOnlyList<(string Key, double Value)>> RunAsync()
    {
        var orca = new List<(double JobsPerSecond, double BytesPerJob)>();
        var bare = new List<double>();
        await BarePipeline.JobsPerSecondAsync(Jobs / 10);
        for (var round = 0; round < Rounds; round++)
        {
            bare.Add(await BarePipeline.JobsPerSecondAsync(Jobs));
            await using var pipeline = await OrcaPipeline.StartAsync(Jobs + (Jobs / 10));
            await pipeline.ThroughputAsync(Jobs / 10);
            orca.Add(await pipeline.ThroughputAsync(Jobs));
        }

        await using var steady = await OrcaPipeline.StartAsync(Jobs);
        await steady.LatenciesAsync(2_000, perSecond: 1_000);
        var latencies = await steady.LatenciesAsync(5_000, perSecond: 1_000);
        return
        [
            ("orca_jobs_per_s", Median(orca.Select(o => o.JobsPerSecond))),
            ("bare_jobs_per_s", Median(bare)),
            ("orca_bytes_per_job", Median(orca.Select(o => o.BytesPerJob))),
            ("orca_ms_p50", latencies[latencies.Length / 2]),
            ("orca_ms_p99", latencies[latencies.Length * 99 / 100]),
        ];
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);
}
