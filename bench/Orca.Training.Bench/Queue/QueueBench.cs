using System.Globalization;
using Orca.Training.Bench.Harness;
using Orca.Training.Bench.Stores;
using Orca.Training.Jobs;

namespace Orca.Training.Bench.Queue;

/// <summary>
/// What calls cost while very many jobs wait, and what those cost the host: on SQLite and PostgreSQL, with a thousand, a hundred thousand and a million
/// waiting jobs.
/// </summary>
internal static class QueueBench
{
    private const string Option = "--jobs";
    private const int Few = 16;
    private const int Watchers = 200;
    private const int Finished = 50_000;

    // Of calls that take less than half of it, twice as long is no event.
    private const double NoEvent = 5;
    private static readonly int[] Sizes = [1_000, 100_000, 1_000_000];
    private static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WatchedTime = TimeSpan.FromSeconds(20);

    /// <summary>Takes the sizes out of the arguments: <c>--jobs 1000,100000</c>.</summary>
    public static int[] SizesIn(List<string> arguments)
    {
        var place = arguments.IndexOf(Option);
        if (place < 0)
        {
            return Sizes;
        }

        int[] sizes = place + 1 < arguments.Count
            ? [.. arguments[place + 1].Split(',').Select(size => int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var jobs) ? jobs : 0).Order()]
            : [];
        if (sizes.Length < 2 || sizes[0] < 1_000)
        {
            throw new ArgumentException($"{Option} needs at least two numbers of jobs from 1000 up, such as {Option} 1000,100000.");
        }

        arguments.RemoveRange(place, 2);
        return sizes;
    }

    public static async Task RunAsync(Report report, int[] sizes, CancellationToken cancellationToken)
    {
        var all = new List<Found>();
        await using (var postgreSql = PostgreSqlDatabase.Start())
        {
            all.Add(await MeasureAsync("PostgreSQL", postgreSql, sizes, cancellationToken));
        }

        await using (var sqlite = new SqliteDatabase())
        {
            all.Add(await MeasureAsync("SQLite", sqlite, sizes, cancellationToken));
        }

        report.Add("first_start_s_1m", all.Max(f => f.FirstStart));
        report.Add("bytes_per_waiting_job", all.Max(f => f.BytesPerJob));
        report.Add("idle_core_percent_1m", all.Max(f => f.Idle));
        report.Add("submit_p99_ratio", all.Max(f => f.Ratio(l => l.Submit)));
        report.Add("status_p99_ratio", all.Max(f => f.Ratio(l => l.Status)));
        report.Add("list_p99_ratio", all.Max(f => f.Least.Lists.Keys.Max(name => f.Ratio(l => l.Lists[name]))));
        report.Add("watchers_core_percent", all.Max(f => f.Watching));
        report.Add("position_ms_p99", all.Max(f => f.Most.Position));
        report.Add("removals_per_s", all.Min(f => f.Removals));
    }

    private static async Task<Found> MeasureAsync(string name, IBenchedDatabase database, int[] sizes, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("orca-queue-").FullName;
        try
        {
            var (latencies, heaps, found) = (new List<Latencies>(), new List<double>(), new Found());
            foreach (var size in sizes)
            {
                var (first, last) = await FillAsync(database, folder, size);
                await using (var calls = await QueueHost.StartAsync(database.UseAgain, folder, isDeciding: false))
                {
                    latencies.Add(await Latencies.MeasureAsync(calls, first, last, cancellationToken));
                }

                found = await DecideAsync(database, folder, last, heaps, cancellationToken);
            }

            found = found with { Least = latencies[0], Most = latencies[^1], BytesPerJob = (heaps[^1] - heaps[0]) / (sizes[^1] - sizes[0]) };
            found = found with { Removals = await RemoveAsync(database, folder, cancellationToken) };
            Print(name, sizes, latencies, found);
            return found;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Makes a new store with waiting jobs: a few rare ones, very many that are alike, and a few rare ones again.</summary>
    /// <returns>The first and the last of those that are alike.</returns>
    private static async Task<(JobId First, JobId Last)> FillAsync(IBenchedDatabase database, string folder, int size)
    {
        JobId first, last;
        await using (var host = await QueueHost.StartAsync(database.Use, folder, isDeciding: false))
        {
            await SubmitFewAsync(host);
            first = await host.Client.TrainAsync(QueueHost.Request("common"));
        }

        await database.FillWaitingAsync(size - (2 * Few) - 2);
        await using (var host = await QueueHost.StartAsync(database.UseAgain, folder, isDeciding: false))
        {
            last = await host.Client.TrainAsync(QueueHost.Request("common"));
            await SubmitFewAsync(host);
        }

        return (first, last);
    }

    private static async Task SubmitFewAsync(QueueHost host)
    {
        for (var i = 0; i < Few; i++)
        {
            await host.Rare.TrainAsync(QueueHost.Request("rare"));
        }
    }

    /// <summary>Starts a host that decides: how soon it starts the first job, and what it costs while nothing moves, and while watched jobs move.</summary>
    private static async Task<Found> DecideAsync(IBenchedDatabase database, string folder, JobId last, List<double> heaps, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        await using var host = await QueueHost.StartAsync(database.UseAgain, folder, isDeciding: true);
        await host.StartedAsync(cancellationToken);
        var firstStart = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        await Task.Delay(SettlingTime, TimeProvider.System, cancellationToken);
        // What hosts before this one left is collected by now: hosts of the same form are compared.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        heaps.Add(GC.GetTotalMemory(forceFullCollection: true));
        var idle = await CorePercentAsync(cancellationToken);

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = host.WatchAsync(Enumerable.Range(0, Watchers).Select(i => new JobId(last.Value - i)), enough.Token);
        await host.MoveAsync();
        await Task.Delay(SettlingTime, TimeProvider.System, cancellationToken);
        var watched = await CorePercentAsync(cancellationToken);
        enough.Cancel();
        await watching;
        return new Found { FirstStart = firstStart, Idle = idle, Watching = watched };
    }

    /// <summary>Fills the store with finished jobs and starts a host that removes them.</summary>
    /// <returns>How many it removes a second.</returns>
    private static async Task<double> RemoveAsync(IBenchedDatabase database, string folder, CancellationToken cancellationToken)
    {
        await database.FillAsync(Finished);
        await using var host = await QueueHost.StartAsync(database.UseAgain, folder, isDeciding: true, removesFinished: true);
        await host.StartedAsync(cancellationToken);
        var (most, began) = (await database.CountFinishedAsync(), TimeProvider.System.GetTimestamp());
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken);
            var left = await database.CountFinishedAsync();
            var elapsed = TimeProvider.System.GetElapsedTime(began);
            if (left < most / 10 || elapsed > TimeSpan.FromMinutes(2))
            {
                return (most - left) / elapsed.TotalSeconds;
            }
        }
    }

    private static async Task<double> CorePercentAsync(CancellationToken cancellationToken)
    {
        var (used, began) = (Environment.CpuUsage.TotalTime, TimeProvider.System.GetTimestamp());
        await Task.Delay(WatchedTime, TimeProvider.System, cancellationToken);
        return 100 * ((Environment.CpuUsage.TotalTime - used) / TimeProvider.System.GetElapsedTime(began));
    }

    private static void Print(string name, int[] sizes, List<Latencies> latencies, Found found)
    {
        string[] Row(string what, Func<Latencies, double> value) => [what, .. latencies.Select(l => Report.Number(value(l)))];
        Report.Table(
            [$"{name}, p99 in ms", .. sizes.Select(s => $"{s:N0} waiting")],
            [
                Row("submit", l => l.Submit),
                Row("status", l => l.Status),
                Row("position, from the store", l => l.Position),
                .. latencies[0].Lists.Keys.Select(list => Row($"list: {list}", l => l.Lists[list])),
            ]);
        Report.Say(
            $"With {sizes[^1]:N0} waiting: the first start {Report.Number(found.FirstStart)} s after the host's, {Report.Number(found.BytesPerJob)} bytes of the managed heap a job, "
            + $"{Report.Number(found.Idle)} % of a core idle, {Report.Number(found.Watching)} % with {Watchers} watchers of a queue that moves every second, "
            + $"{Report.Number(found.Removals)} removals/s.");
    }

    /// <summary>What was found of one database.</summary>
    private sealed record Found
    {
        public Latencies Least { get; init; } = null!;

        public Latencies Most { get; init; } = null!;

        public double FirstStart { get; init; }

        public double BytesPerJob { get; init; }

        public double Idle { get; init; }

        public double Watching { get; init; }

        public double Removals { get; init; }

        public double Ratio(Func<Latencies, double> value) => value(Most) / Math.Max(value(Least), NoEvent / 2);
    }
}
