using Orca.Training.Bench.Harness;

namespace Orca.Training.Bench.Pipeline;

/// <summary>
/// What the SDK costs a job from submit to its final state, beside what job libraries cost it and the floor that does the same updates
/// and nothing else. All in one process, round by round, each time in another order.
/// </summary>
internal static class PipelineBench
{
    private const int Rounds = 5;
    private const int PerSecond = 1_000;
    private const int Steady = 2_000;

    // The first round is for the compiler alone: by its end the hot paths of all have been compiled in their last form.
    private static readonly Contender[] Contenders =
    [
        new("bare", 100_000, Steady, _ => Task.FromResult<IContender>(new BarePipeline())),
        new("orca", 100_000, Steady, OrcaPipeline.StartAsync),
        new("quartz", 100_000, Steady, _ => QuartzPipeline.StartAsync()),
        new("quartz_history", 10_000, 0, QuartzPipeline.StartAsync),
        new("hangfire", 30_000, Steady, _ => Task.FromResult<IContender>(new HangfirePipeline())),
    ];

    public static async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        Report.Say("""
            No-op jobs, submitted one by one by one caller, eight at a time, everything in memory; medians of rounds.
              bare            channel, dictionary and lock: the floor
              orca            client, store, tracker, scheduler, instant fake runtime; ended when all were seen to have ended
              quartz          one durable job, a one-off trigger each, batches of eight; ended when the job ran, no final state is kept
              quartz_history  the same with Quartz's execution history, so that final states can be read as with the others
              hangfire        Hangfire.InMemory, numeric ids; ended when the job ran
            Latency: submit to end at 1,000 jobs a second. CPU and bytes: of the whole process.
            """);
        var measured = Contenders.ToDictionary(c => c.Name, _ => new List<Measurement>());
        for (var round = -1; round < Rounds; round++)
        {
            for (var i = 0; i < Contenders.Length; i++)
            {
                var contender = Contenders[(i + Math.Max(round, 0)) % Contenders.Length];
                var measurement = await contender.MeasureAsync(cancellationToken);
                if (round >= 0)
                {
                    measured[contender.Name].Add(measurement);
                }
            }
        }

        Tell(report, measured);
    }

    private static void Tell(Report report, Dictionary<string, List<Measurement>> measured)
    {
        var rows = new List<string[]>();
        foreach (var contender in Contenders)
        {
            var all = measured[contender.Name];
            double[] figures = [.. Columns.Select(c => all.Any(m => double.IsNaN(c.Of(m))) ? double.NaN : Statistics.Median(all.Select(c.Of)))];
            rows.Add([contender.Name, $"{contender.Jobs:N0}", .. figures.Select(f => double.IsNaN(f) ? "-" : Report.Number(f))]);
            foreach (var ((key, _, _), figure) in Columns.Zip(figures).Where(f => !double.IsNaN(f.Second)))
            {
                report.Add($"{contender.Name}_{key}", figure);
            }
        }

        Report.Table(["", "jobs", .. Columns.Select(c => c.Head)], rows);
        foreach (var peer in (string[])["quartz", "hangfire"])
        {
            // Pair by pair, since a machine's speed changes from round to round.
            var ratio = Statistics.Median(measured["orca"].Zip(measured[peer], (ours, theirs) => ours.JobsPerSecond / theirs.JobsPerSecond));
            report.Add($"orca_over_{peer}", ratio);
            Report.Say($"orca does {Report.Number(ratio)} times the jobs of {peer} (median over the rounds).");
        }
    }

    private static readonly (string Key, string Head, Func<Measurement, double> Of)[] Columns =
    [
        ("jobs_per_s", "jobs/s", m => m.JobsPerSecond),
        ("ms_p50", "ms p50", m => m.MsP50),
        ("ms_p99", "ms p99", m => m.MsP99),
        ("cpu_us_per_job", "CPU us/job", m => m.CpuMicroseconds),
        ("bytes_per_job", "bytes/job", m => m.Bytes),
    ];

    /// <summary>What one round found of one contender.</summary>
    private readonly record struct Measurement(double JobsPerSecond, double CpuMicroseconds, double Bytes, double MsP50, double MsP99);

    /// <param name="Name">In the table and before its figures' keys.</param>
    /// <param name="Jobs">How many for the throughput.</param>
    /// <param name="Awaited">How many for the latency; 0 leaves it out.</param>
    /// <param name="StartAsync">Starts it, given how many jobs it has to remember.</param>
    private sealed record Contender(string Name, int Jobs, int Awaited, Func<int, Task<IContender>> StartAsync)
    {
        public async Task<Measurement> MeasureAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var warmUp = Jobs / 10;
            await using var contender = await StartAsync(warmUp + Jobs + Awaited);
            await contender.RunAsync(warmUp);
            var cost = await Cost.OfAsync(() => contender.RunAsync(Jobs));
            var latencies = Awaited == 0 ? [double.NaN] : await Pace.LatenciesAsync(Awaited, PerSecond, contender.RunOneAsync);
            if (await contender.CountSucceededAsync() is { } succeeded && succeeded != warmUp + Jobs + Awaited)
            {
                throw new InvalidOperationException($"{Name}: {succeeded:N0} of {warmUp + Jobs + Awaited:N0} jobs are on record as succeeded.");
            }

            return new Measurement(
                Jobs / cost.Elapsed.TotalSeconds,
                cost.Cpu.TotalMicroseconds / Jobs,
                (double)cost.Bytes / Jobs,
                Statistics.Quantile(latencies, 0.5),
                Statistics.Quantile(latencies, 0.99));
        }
    }
}
