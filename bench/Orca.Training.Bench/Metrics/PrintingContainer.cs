using Docker.DotNet;
using Docker.DotNet.Models;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Bench.Harness;
using Orca.Training.Bench.Stores;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Metrics;

namespace Orca.Training.Bench.Metrics;

/// <summary>
/// A container on the real engine that prints as fast as it can, through the whole SDK; and beside it the same output read from the engine by
/// its client and thrown away, which is the most that anybody can have from that engine.
/// </summary>
internal static class PrintingContainer
{
    private const string Image = "orca-training/test:latest";
    private const string Dataset = "numbers";

    public static async Task MeasureAsync(Report report, string prefix, SqliteDatabase database, PrintedMetrics printed, int rounds, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("orca-metrics-");
        try
        {
            using var engine = new DockerClientBuilder().Build();
            var (rates, bare, lost, doubled) = (new List<double>(), new List<double>(), 0L, 0L);
            await using (var host = await StartAsync(database, folder, printed, cancellationToken))
            {
                for (var round = 0; round < rounds; round++)
                {
                    bare.Add(await BareAsync(engine, printed, cancellationToken));
                    var (rate, kept) = await OneAsync(host, printed, cancellationToken);
                    rates.Add(rate);
                    (lost, doubled) = (lost + kept.Lost, doubled + kept.Doubled);
                }
            }

            Report.Say(
                $"From a real container into SQLite, {printed.Names} to a line, until its job had ended: {Report.Number(Statistics.Median(rates))} points a second, {lost} lost and {doubled} doubled of {rounds} million. "
                + $"The engine alone gives {Report.Number(Statistics.Median(bare))} a second.");
            report.Add($"{prefix}_points_per_s", Statistics.Median(rates));
            report.Add($"{prefix}_lost", lost);
            report.Add($"{prefix}_doubled", doubled);
            report.Add($"{prefix}_bare_points_per_s", Statistics.Median(bare));
            report.Add($"{prefix}_ratio", Statistics.Median(rates.Zip(bare, (ours, raw) => ours / raw)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<ServiceHost> StartAsync(SqliteDatabase database, DirectoryInfo folder, PrintedMetrics printed, CancellationToken cancellationToken)
    {
        var host = await ServiceHost.StartAsync(services => database.Use(services
            .AddOrcaTraining(o =>
            {
                o.ApplicationName = folder.Name;
                o.DataFolder = folder.FullName;
                o.AddAlgorithm("prints", Image, a =>
                {
                    a.Command.Add("sh");
                    a.Command.Add("-c");
                    a.Command.Add(printed.Script());
                });
            })
            .UseDocker()));
        await host.Services.GetRequiredService<IDatasetStore>()
            .AddAsync(Dataset, [new DatasetFile("numbers.txt", _ => ValueTask.FromResult<Stream>(new MemoryStream("1 2 3"u8.ToArray())))], cancellationToken);
        return host;
    }

    /// <summary>From the first line, by the engine's clock, until a client sees that the job has ended.</summary>
    private static async Task<(double Rate, Kept Kept)> OneAsync(ServiceHost host, PrintedMetrics printed, CancellationToken cancellationToken)
    {
        var client = host.Services.GetRequiredService<ITrainingClient>();
        var job = await client.TrainAsync(new TrainingRequest { Algorithm = "prints", DatasetId = Dataset }, cancellationToken);
        await foreach (var status in client.WatchTrainingAsync(job, cancellationToken: cancellationToken))
        {
            if (status.State.IsFinal())
            {
                var ended = TimeProvider.System.GetUtcNow();
                var kept = await printed.CountAsync(host.Services.GetRequiredService<IMetricStore>(), new AttemptId(job, 1), cancellationToken);
                return status.State is JobState.Succeeded
                    ? (printed.Points / (ended - DateTimeOffset.UnixEpoch.AddTicks(kept.First / 100)).TotalSeconds, kept)
                    : throw new InvalidOperationException($"Job {job} ended as {status.State}: {status.Message}");
            }
        }

        throw new InvalidOperationException($"Job {job} was not seen to end.");
    }

    /// <summary>The same container and the same question to the engine; what it answers is counted by nobody.</summary>
    private static async Task<double> BareAsync(DockerClient engine, PrintedMetrics printed, CancellationToken cancellationToken)
    {
        var made = await engine.Containers.CreateContainerAsync(
            new CreateContainerParameters { Image = Image, Cmd = ["sh", "-c", printed.Script()], HostConfig = new HostConfig { NetworkMode = "none" } },
            cancellationToken);
        try
        {
            await engine.Containers.StartContainerAsync(made.ID, new ContainerStartParameters(), cancellationToken);
            var began = TimeProvider.System.GetTimestamp();
            var wanted = new ContainerLogsParameters { Follow = true, ShowStdout = true, ShowStderr = true, Timestamps = true };
            using var output = await engine.Containers.GetContainerLogsAsync(made.ID, wanted, cancellationToken);
            await output.CopyOutputToAsync(Stream.Null, Stream.Null, Stream.Null, cancellationToken);
            return printed.Points / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        }
        finally
        {
            await engine.Containers.RemoveContainerAsync(made.ID, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, CancellationToken.None);
        }
    }
}
