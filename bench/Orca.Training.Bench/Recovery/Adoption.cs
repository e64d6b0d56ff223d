using System.Globalization;
using Orca.Training.Bench.Harness;
using Orca.Training.Bench.Kill;
using Orca.Training.Bench.Kill.Host;
using Orca.Training.Bench.Kill.Machine;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Bench.Recovery;

/// <summary>
/// Running containers on the real engine, whose host is killed and comes again. Each prints a step a second, also while no host is there;
/// it counts as adopted when its status shows a step that it printed after the kill.
/// </summary>
internal static class Adoption
{
    private const int Containers = 100;
    private const int Rounds = 5;
    private const string Step = "step";

    // So long no host is there: each container has printed meanwhile.
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task MeasureAsync(Report report, string folder, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience * 2);
        Directory.CreateDirectory(folder);
        var settings = new HostSettings
        {
            Application = string.Create(CultureInfo.InvariantCulture, $"recovery-{Environment.ProcessId}"),
            Folder = folder,
            AtOnce = Containers,
        };
        await using (var stores = InstallationStores.Open(settings))
        {
            await stores.PrepareAsync(limit.Token);
        }

        await using var engine = new EngineWitness();
        try
        {
            await MeasureAsync(report, settings, engine, limit.Token);
        }
        finally
        {
            await engine.RemoveAsync(settings.Application);
        }
    }

    private static async Task MeasureAsync(Report report, HostSettings settings, EngineWitness engine, CancellationToken cancellationToken)
    {
        var (hosting, process, lists) = (new List<double>(), new List<double>(), new List<double>());
        var steps = new Dictionary<JobId, double>();
        for (var round = -1; round < Rounds; round++)
        {
            var began = TimeProvider.System.GetTimestamp();
            await using var host = RunningHost.Start(settings);
            var address = await host.Address.WaitAsync(cancellationToken) ?? throw new InvalidOperationException("The host did not start.");
            await using (var client = GrpcTrainingClient.Connect(address))
            {
                if (round < 0)
                {
                    await SubmitAsync(client, steps, cancellationToken);
                }

                await WaitAsync(client, steps, cancellationToken);
                if (round >= 0)
                {
                    hosting.Add(TimeProvider.System.GetElapsedTime(host.BeganAt).TotalSeconds);
                    process.Add(TimeProvider.System.GetElapsedTime(began).TotalSeconds);
                }

                await ReadStepsAsync(client, steps, cancellationToken);
            }

            host.Kill();
            await host.WaitAsync(cancellationToken);
            await Task.Delay(Away, TimeProvider.System, cancellationToken);
            var asked = TimeProvider.System.GetTimestamp();
            await engine.ListAsync(settings.Application, cancellationToken);
            lists.Add(TimeProvider.System.GetElapsedTime(asked).TotalSeconds);
        }

        Report.Say($"""
            {Containers} running containers on the engine, whose host was killed with SIGKILL and started again after {Away.TotalSeconds} s, {Rounds} times. Until all are
            followed again: each job's status shows what its container printed after the kill. Median and worst.
            """);
        Report.Table(
            ["seconds", "median", "worst"],
            [
                Row("from the beginning of hosting", hosting),
                Row("from the start of the process", process),
                Row("the engine's own list of them", lists),
            ]);
        report.Add("containers", Containers);
        report.Add("adopt_s", Statistics.Median(hosting));
        report.Add("adopt_s_worst", hosting.Max());
        report.Add("adopt_from_process_s", Statistics.Median(process));
        report.Add("list_s", Statistics.Median(lists));
    }

    private static string[] Row(string what, List<double> seconds) => [what, Report.Number(Statistics.Median(seconds)), Report.Number(seconds.Max())];

    private static async Task SubmitAsync(GrpcTrainingClient client, Dictionary<JobId, double> steps, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Containers; i++)
        {
            var request = new TrainingRequest
            {
                Algorithm = HostServices.Algorithm,
                DatasetId = HostServices.Dataset,
                Parameters = new Dictionary<string, string> { [Trainings.KindVariable] = Trainings.Endless },
            };
            steps[await client.TrainAsync(request, cancellationToken)] = 0;
        }
    }

    /// <summary>Waits until each job has gone on.</summary>
    private static async Task WaitAsync(GrpcTrainingClient client, Dictionary<JobId, double> steps, CancellationToken cancellationToken)
    {
        var left = steps.Keys.ToList();
        while (true)
        {
            var statuses = await client.GetTrainingStatusesAsync(left, cancellationToken);
            if (statuses.FirstOrDefault(s => s is null || s.State.IsFinal()) is { } ended)
            {
                throw new InvalidOperationException($"Job {ended.JobId} ended: {ended.Message}");
            }

            left = [.. statuses.Where(s => StepOf(s!) <= steps[s!.JobId]).Select(s => s!.JobId)];
            if (left.Count == 0)
            {
                return;
            }

            await Task.Delay(LookPause, TimeProvider.System, cancellationToken);
        }
    }

    private static async Task ReadStepsAsync(GrpcTrainingClient client, Dictionary<JobId, double> steps, CancellationToken cancellationToken)
    {
        foreach (var status in await client.GetTrainingStatusesAsync([.. steps.Keys], cancellationToken))
        {
            steps[status!.JobId] = StepOf(status);
        }
    }

    private static double StepOf(TrainingStatus status) => status.Progress.Metrics.GetValueOrDefault(Step);
}
