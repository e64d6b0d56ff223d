using System.Globalization;
using Orca.Training.Bench.Harness;
using Orca.Training.Bench.Kill;
using Orca.Training.Bench.Kill.Host;
using Orca.Training.Bench.Kill.Machine;
using Orca.Training.Bench.Stores;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Bench.Recovery;

/// <summary>
/// Two hosts on one PostgreSQL, with the default settings: the one that decides is killed, or stopped in order, and a job that the other one
/// takes at that moment is started.
/// </summary>
internal static class Failover
{
    private const int Rounds = 10;

    // The moment of the kill is anywhere between two renewals.
    private static readonly TimeSpan LongestCalm = TimeSpan.FromSeconds(2);

    public static async Task MeasureAsync(Report report, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        await using var machine = await FakeMachine.StartAsync(folder, cancellationToken);
        await using var postgreSql = PostgreSqlDatabase.Start();
        var settings = new HostSettings
        {
            Application = "failover",
            Folder = folder,
            ConnectionString = postgreSql.ConnectionString,
            Schema = "failover",
            Machine = machine.Socket,
        };
        await using (var stores = InstallationStores.Open(settings))
        {
            await stores.PrepareAsync(cancellationToken);
        }

        var killed = await MeasureAsync(settings, (host, _) => KillAsync(host), cancellationToken);
        var stopped = await MeasureAsync(settings, (host, token) => host.StopAsync(token), cancellationToken);
        Report.Say($"""
            Two hosts on one PostgreSQL, default settings, {Rounds} times each: the one that decides ends, and a job that the other one is given at that
            moment is started. Median and worst.
            """);
        Report.Table(
            ["seconds", "median", "worst"],
            [
                ["killed with SIGKILL", Report.Number(Statistics.Median(killed)), Report.Number(killed.Max())],
                ["stopped in order", Report.Number(Statistics.Median(stopped)), Report.Number(stopped.Max())],
            ]);
        report.Add("failover_s", killed.Max());
        report.Add("failover_s_p50", Statistics.Median(killed));
        report.Add("handover_s", stopped.Max());
        report.Add("handover_s_p50", Statistics.Median(stopped));
    }

    private static Task KillAsync(RunningHost host)
    {
        host.Kill();
        return Task.CompletedTask;
    }

    private static async Task<List<double>> MeasureAsync(HostSettings settings, Func<RunningHost, CancellationToken, Task> end, CancellationToken cancellationToken)
    {
        var random = new Random(1);
        var seconds = new List<double>();
        var decider = RunningHost.Start(settings);
        try
        {
            await StartedAsync(decider, cancellationToken);
            while (seconds.Count < Rounds)
            {
                var other = RunningHost.Start(settings);
                var address = await other.Address.WaitAsync(cancellationToken) ?? throw new InvalidOperationException("A host did not start.");
                await using var client = GrpcTrainingClient.Connect(address);
                // The other one is warm, as it would be after days, and the decider is the one that was there first.
                await RunAsync(client, cancellationToken);
                await Task.Delay(LongestCalm * random.NextDouble(), TimeProvider.System, cancellationToken);

                var began = TimeProvider.System.GetTimestamp();
                var ending = end(decider, cancellationToken);
                await RunAsync(client, cancellationToken);
                seconds.Add(TimeProvider.System.GetElapsedTime(began).TotalSeconds);
                await ending;
                await decider.DisposeAsync();
                decider = other;
            }
        }
        finally
        {
            await decider.DisposeAsync();
        }

        return seconds;
    }

    private static async Task StartedAsync(RunningHost host, CancellationToken cancellationToken)
    {
        var address = await host.Address.WaitAsync(cancellationToken) ?? throw new InvalidOperationException("A host did not start.");
        await using var client = GrpcTrainingClient.Connect(address);
        await RunAsync(client, cancellationToken);
    }

    /// <summary>Submits a job and waits until it runs or has run.</summary>
    private static async Task RunAsync(GrpcTrainingClient client, CancellationToken cancellationToken)
    {
        var request = new TrainingRequest
        {
            Algorithm = HostServices.Algorithm,
            DatasetId = HostServices.Dataset,
            Parameters = new Dictionary<string, string> { [Trainings.LengthVariable] = 10.ToString(CultureInfo.InvariantCulture) },
        };
        var job = await client.TrainAsync(request, cancellationToken);
        await foreach (var status in client.WatchTrainingAsync(job, cancellationToken: cancellationToken))
        {
            if (status.State is not (JobState.Queued or JobState.Launching))
            {
                return;
            }
        }
    }
}
