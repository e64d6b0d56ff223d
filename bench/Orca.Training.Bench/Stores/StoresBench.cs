using Orca.Training.Bench.Harness;

namespace Orca.Training.Bench.Stores;

/// <summary>
/// Durable submissions and whole lifecycles a second, through client and tracker, beside bare commits of one row on the same disk or
/// server. The rounds of all are interleaved, and the median of each is given; ratios are medians of the rounds' ratios.
/// </summary>
internal static class StoresBench
{
    /// <summary>Characters in a bare row: about what a job's document has.</summary>
    public const int RowSize = 600;

    private const int Rounds = 5;
    private const int Million = 1_000_000;
    private static readonly int[] Callers = [1, 8, 64];

    public static async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        Measured first, second;
        await using (var sqlite = new SqliteDatabase())
        {
            first = await MeasureAsync(report, "SQLite", "sqlite", sqlite, jobsEach: 2_000, cancellationToken);
        }

        await using (var postgreSql = PostgreSqlDatabase.Start())
        {
            second = await MeasureAsync(report, "PostgreSQL", "pg", postgreSql, jobsEach: 1_000, cancellationToken);
            await PostgreSqlPeers.MeasureAsync(report, postgreSql, second.Lifecycles, cancellationToken);
        }

        report.Add("million_ratio", Math.Min(first.MillionRatio, second.MillionRatio));
    }

    private static async Task<Measured> MeasureAsync(Report report, string name, string key, IBenchedDatabase database, int jobsEach, CancellationToken cancellationToken)
    {
        var bare = Callers.ToDictionary(c => c, _ => new List<double>());
        var submits = Callers.ToDictionary(c => c, _ => new List<double>());
        var lives = Callers.ToDictionary(c => c, _ => new List<double>());
        var millions = new List<double>();
        await using (var waiting = await StoreHost.StartAsync(database, isDeciding: false))
        await using (var running = await StoreHost.StartAsync(database, isDeciding: true))
        {
            // The code is compiled and the tables have grown a little.
            await waiting.SubmitAsync(jobsEach, 8);
            await running.RunAsync(jobsEach, 8);
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var callers in Callers)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var jobs = jobsEach * (callers == 1 ? 1 : 4);
                    bare[callers].Add(await BareAsync(database, jobs, callers));
                    submits[callers].Add(await waiting.SubmitAsync(jobs, callers));
                    lives[callers].Add(await running.RunAsync(jobs, callers));
                }
            }
        }

        await using (var empty = await StoreHost.StartAsync(database, isDeciding: true))
        await using (var full = await StoreHost.StartAsync(database, isDeciding: true))
        {
            await empty.RunAsync(jobsEach, 8);
            await full.RunAsync(jobsEach, 8);
            await database.FillAsync(Million);

            // A host that runs finds them in its feed first, which is once and not what is measured.
            await full.RunAsync(jobsEach, 8);
            for (var round = 0; round < Rounds; round++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var without = await empty.RunAsync(jobsEach * 4, 64);
                millions.Add(await full.RunAsync(jobsEach * 4, 64) / without);
            }
        }

        // With the million; the host that was there has ended.
        var starts = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            starts.Add(await StoreHost.RestartAsync(database));
        }

        var idle = await StoreHost.IdleAsync(database, cancellationToken);
        Report.Table(
            [$"{name}, a second", .. Callers.Select(c => c == 1 ? "1 caller" : $"{c} callers")],
            [
                Row("bare commits", bare),
                Row("submits", submits),
                Row("submits / bare", Ratios(submits, bare)),
                Row("lifecycles", lives),
            ]);
        Report.Say($"A host with nothing to do takes {Report.Number(idle * 100)} % of a core.");
        Report.Say($"With a million finished jobs: {Report.Number(Statistics.Median(millions))} of the lifecycles without, and {Report.Number(Statistics.Median(starts))} s from a host's start to the end of its first job.");
        foreach (var callers in Callers)
        {
            report.Add($"{key}_submits_per_s_{callers}", Statistics.Median(submits[callers]));
            report.Add($"{key}_lifecycles_per_s_{callers}", Statistics.Median(lives[callers]));
        }

        report.Add($"{key}_bare_commits_per_s", Statistics.Median(bare[1]));
        report.Add($"{key}_submit_ratio_1", Statistics.Median(Ratios(submits, bare)[1]));
        report.Add($"{key}_submit_ratio_64", Statistics.Median(submits[64]) / Statistics.Median(bare[1]));
        report.Add($"{key}_million_ratio", Statistics.Median(millions));
        report.Add($"{key}_million_start_s", Statistics.Median(starts));
        report.Add($"{key}_idle_core_percent", idle * 100);
        return new Measured(Statistics.Median(lives[Callers[^1]]), Statistics.Median(millions));
    }

    private static async Task<double> BareAsync(IBenchedDatabase database, int commits, int callers)
    {
        var all = new List<IBareCaller>();
        for (var i = 0; i < callers; i++)
        {
            all.Add(await database.BareAsync());
        }

        var rate = await StoreHost.RateAsync(commits, callers, caller => all[caller].CommitAsync());
        foreach (var caller in all)
        {
            await caller.DisposeAsync();
        }

        return rate;
    }

    private static Dictionary<int, List<double>> Ratios(Dictionary<int, List<double>> these, Dictionary<int, List<double>> those) =>
        these.ToDictionary(t => t.Key, t => t.Value.Zip(those[t.Key], (a, b) => a / b).ToList());

    private static string[] Row(string what, Dictionary<int, List<double>> rates) => [what, .. Callers.Select(c => Report.Number(Statistics.Median(rates[c])))];

    /// <param name="Lifecycles">A second, with the most callers.</param>
    /// <param name="MillionRatio">The lifecycles with a million finished jobs over those without.</param>
    private readonly record struct Measured(double Lifecycles, double MillionRatio);
}
