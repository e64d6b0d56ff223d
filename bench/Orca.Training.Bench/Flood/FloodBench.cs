using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Bench.Harness;
using Orca.Training.Bench.Stores;
using Orca.Training.Client;
using Orca.Training.Metrics;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing;

namespace Orca.Training.Bench.Flood;

/// <summary>
/// What one training that floods by its output, or one caller who floods by calls, takes from the others: their throughput and p99 beside their own when
/// nobody floods, in turns, on SQLite and on PostgreSQL.
/// </summary>
internal static class FloodBench
{
    private const int Rounds = 5;
    private const int AtOnce = 16;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(4);

    // A flood is at its height by then.
    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(1);

    /// <param name="report">Takes the figures.</param>
    /// <param name="only">The floods to measure, by name; none for all that are measured against a target.</param>
    /// <param name="cancellationToken">Ends the bench.</param>
    public static async Task RunAsync(Report report, IReadOnlyList<string> only, CancellationToken cancellationToken)
    {
        await using var sqlite = new SqliteDatabase();
        await using var postgreSql = PostgreSqlDatabase.Start();
        var all = new List<Taken>();
        foreach (var (name, database) in new (string, IBenchedDatabase)[] { ("sqlite", sqlite), ("pg", postgreSql) })
        {
            all.AddRange(await MeasureAsync(name, database, only, cancellationToken));
        }

        Report.Table(
            ["flood", "quiet calls/s", "beside it", "ratio", "quiet p99 ms", "beside it", "ratio"],
            all.Select(t => (string[])
            [
                $"{t.Store} {t.Flood}", Report.Number(t.QuietRate), Report.Number(t.Rate), Report.Number(t.RateRatio),
                Report.Number(t.QuietP99), Report.Number(t.P99), Report.Number(t.P99Ratio),
            ]));
        foreach (var taken in all)
        {
            report.Add($"{taken.Store}_{taken.Flood}_throughput_ratio", taken.RateRatio);
            report.Add($"{taken.Store}_{taken.Flood}_p99_ratio", taken.P99Ratio);
            report.Add($"{taken.Store}_{taken.Flood}_p99_ms", taken.P99);
            report.Add($"{taken.Store}_{taken.Flood}_quiet_p99_ms", taken.QuietP99);
        }

        report.Add("others_throughput_ratio", all.Min(t => t.RateRatio));
        report.Add("others_p99_ratio", all.Max(t => t.P99Ratio));
    }

    private static async Task<IReadOnlyList<Taken>> MeasureAsync(string store, IBenchedDatabase database, IReadOnlyList<string> only, CancellationToken cancellationToken)
    {
        var data = Directory.CreateTempSubdirectory("orca-flood-");
        using var host = Build(database, data.FullName);
        await host.StartAsync(cancellationToken);
        var clients = host.Services.GetRequiredService<ITrainingClientFactory>();
        var (others, floods) = (new Neighbours(clients), new Floods(clients.For(Named("flood")), host.Services.GetRequiredService<IMetricStore>(), data.FullName));
        var measured = floods.Of(only);
        var found = measured.ToDictionary(f => f.Name, _ => (Quiet: new List<Window>(), Beside: new List<Window>()));
        await others.WorkAsync(Length);
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (name, run) in measured)
            {
                cancellationToken.ThrowIfCancellationRequested();
                found[name].Quiet.Add(await others.WorkAsync(Length));
                found[name].Beside.Add(await BesideAsync(run, others, cancellationToken));
            }
        }

        await host.StopAsync(cancellationToken);
        data.Delete(recursive: true);
        return [.. found.Select(f => Taken.Of(store, f.Key, f.Value.Quiet, f.Value.Beside))];
    }

    private static async Task<Window> BesideAsync(Func<CancellationToken, Task> run, Neighbours others, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var flood = Task.Run(() => run(ending.Token), ending.Token);
        await Task.Delay(Lead, TimeProvider.System, cancellationToken);
        var window = await others.WorkAsync(Length);
        if (flood.IsCompleted)
        {
            // A flood that has ended by itself has taken nothing: what stopped it is the answer.
            await flood;
        }

        ending.Cancel();
        try
        {
            await flood;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // So it was to end.
        }

        // What it left behind is over before the others are measured alone.
        await Task.Delay(Lead, TimeProvider.System, cancellationToken);
        return window;
    }

    /// <summary>A caller as a host's authentication knows it, with the limits of any.</summary>
    internal static ClaimsPrincipal Named(string name) => new(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, name)], "bench"));

    private static IHost Build(IBenchedDatabase database, string folder)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "bench" });
        database.Use(builder.Services.AddOrcaTraining(o =>
            {
                o.DataFolder = folder;
                o.AddAlgorithm("none", "none");
            })
            .UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System))
            .UseFakeFiles()
            .UseCapacityPolicy(CapacityPolicies.Jobs(AtOnce)));
        return builder.Build();
    }

    /// <summary>What a flood took from the others.</summary>
    private sealed record Taken(string Store, string Flood, double QuietRate, double Rate, double QuietP99, double P99)
    {
        public double RateRatio => Rate / QuietRate;

        public double P99Ratio => P99 / QuietP99;

        public static Taken Of(string store, string flood, IReadOnlyList<Window> quiet, IReadOnlyList<Window> beside) => new(
            store,
            flood,
            Statistics.Median(quiet.Select(w => w.Rate)),
            Statistics.Median(beside.Select(w => w.Rate)),
            Statistics.Quantile(quiet.SelectMany(w => w.Latencies), 0.99),
            Statistics.Quantile(beside.SelectMany(w => w.Latencies), 0.99));
    }
}
