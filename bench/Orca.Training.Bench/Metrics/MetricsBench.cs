using Orca.Training.Bench.Harness;
using Orca.Training.Bench.Stores;
using Orca.Training.Metrics;

namespace Orca.Training.Bench.Metrics;

/// <summary>A million points from an output into each store, all counted afterwards, and read back as a plot; then the same from a real container.</summary>
internal static class MetricsBench
{
    private const int Million = 1_000_000;
    private const int Plot = 1_000;
    private const int Rounds = 3;
    private const int Queries = 100;

    private static readonly PrintedMetrics OneALine = new(Million, Names: 1);
    private static readonly PrintedMetrics FourALine = new(Million / 4, Names: 4);

    public static async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        await using var sqlite = new SqliteDatabase();
        await using var postgreSql = PostgreSqlDatabase.Start();
        Measured[] all =
        [
            new("memory", "", new FollowedOutput(_ => { }), () => Task.FromResult(GC.GetTotalMemory(forceFullCollection: true))),
            new("SQLite", "sqlite_", new FollowedOutput(sqlite.Use), sqlite.SizeAsync),
            new("PostgreSQL", "pg_", new FollowedOutput(postgreSql.Use), postgreSql.SizeAsync),
        ];
        foreach (var store in all)
        {
            await store.WarmUpAsync(cancellationToken);
        }

        for (var round = 0; round < Rounds; round++)
        {
            foreach (var store in all)
            {
                await store.RoundAsync(cancellationToken);
            }
        }

        Report.Table(
            ["a million points, one a line", "points/s", "CPU us", "bytes allocated", "bytes kept", "lost", "doubled", "plot ms p50", "p99"],
            all.Select(s => (string[])
            [
                s.Name, Report.Number(s.Rate), Report.Number(s.Cpu), Report.Number(s.Allocated), Report.Number(s.Kept), $"{s.Lost}", $"{s.Doubled}",
                Report.Number(s.Query(0.5)), Report.Number(s.Query(0.99)),
            ]));
        foreach (var store in all)
        {
            store.Tell(report);
            await store.DisposeAsync();
        }

        await PrintingContainer.MeasureAsync(report, "engine", sqlite, OneALine, Rounds, cancellationToken);
        await PrintingContainer.MeasureAsync(report, "engine_four", sqlite, FourALine, Rounds, cancellationToken);
    }

    /// <param name="name">The store.</param>
    /// <param name="prefix">Of its figures.</param>
    /// <param name="output">What is read into it.</param>
    /// <param name="size">How many bytes it takes.</param>
    private sealed class Measured(string name, string prefix, FollowedOutput output, Func<Task<long>> size) : IAsyncDisposable
    {
        private readonly List<Cost> _costs = [];
        private readonly List<double> _queries = [];
        private readonly List<double> _kept = [];

        public string Name => name;

        public long Lost { get; private set; }

        public long Doubled { get; private set; }

        public double Rate => Million / Statistics.Median(_costs.Select(c => c.Elapsed.TotalSeconds));

        public double Cpu => Statistics.Median(_costs.Select(c => c.Cpu.TotalMicroseconds)) / Million;

        public double Allocated => Statistics.Median(_costs.Select(c => (double)c.Bytes)) / Million;

        public double Kept => Statistics.Median(_kept);

        public double Query(double share) => Statistics.Quantile(_queries, share);

        public async Task WarmUpAsync(CancellationToken cancellationToken)
        {
            await output.FollowAsync(new PrintedMetrics(Million / 10, Names: 1), cancellationToken);
            await PlotAsync(cancellationToken);
        }

        public async Task RoundAsync(CancellationToken cancellationToken)
        {
            var before = await size();
            _costs.Add(await output.FollowAsync(OneALine, cancellationToken));
            _kept.Add((double)(await size() - before) / Million);
            var kept = await OneALine.CountAsync(output.Store, output.Last, cancellationToken);
            (Lost, Doubled) = (Lost + kept.Lost, Doubled + kept.Doubled);
            for (var i = 0; i < Queries; i++)
            {
                var began = TimeProvider.System.GetTimestamp();
                await PlotAsync(cancellationToken);
                _queries.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
            }
        }

        public void Tell(Report report)
        {
            report.Add($"{prefix}points_per_s", Rate);
            report.Add($"{prefix}lost", Lost);
            report.Add($"{prefix}doubled", Doubled);
            report.Add($"{prefix}query_ms_p50", Query(0.5));
            report.Add($"{prefix}query_ms_p99", Query(0.99));
            report.Add($"{prefix}bytes_per_point", Kept);
            report.Add($"{prefix}cpu_us_per_point", Cpu);
            report.Add($"{prefix}allocated_bytes_per_point", Allocated);
        }

        public ValueTask DisposeAsync() => output.DisposeAsync();

        private async Task PlotAsync(CancellationToken cancellationToken)
        {
            if (await output.Store.ReadAsync(PrintedMetrics.Series(output.Last), MetricRange.All(Plot), cancellationToken) is not { Count: > Plot / 2 and <= Plot })
            {
                throw new InvalidOperationException($"A plot from {name} has too few points, or too many.");
            }
        }
    }
}
