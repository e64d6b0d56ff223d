using System.Diagnostics;
using System.Globalization;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Bench.Harness;
using Orca.Training.Client;
using Orca.Training.Grpc.Wire;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing;

namespace Orca.Training.Bench.Calls;

/// <summary>What a look at a job's status costs beyond what gRPC costs by itself: both calls on one server, in turns.</summary>
internal static class GrpcBench
{
    private const int Jobs = 100;

    public static async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        Report.Say($"""
            GetTrainingStatus against an empty unary call, and against one that gives the same answer and does nothing for it: one server in this process, cleartext HTTP/2, 32 callers on one connection in a
            second process, {Caller.Pairs} pairs of turns of 0.75 s; medians, and the median of the pairs' ratios. The jobs have succeeded, and have
            a name, four parameters and four metrics. CPU and bytes: of the server's process.
            """);
        await using var host = await ServiceHost.StartAsync(
            services =>
            {
                services.AddGrpc();
                services.AddOrcaTraining(o => o.AddAlgorithm("intents", "none"))
                    .UseFakeRuntime(Runtime())
                    .UseFakeStores()
                    .UseCapacityPolicy(CapacityPolicies.Jobs(8));
            },
            app => app.MapGrpcService<NothingService>());
        await FinishJobsAsync(host.Services.GetRequiredService<ITrainingClient>(), cancellationToken);
        using (var channel = GrpcChannel.ForAddress(host.Address))
        {
            var status = await new TrainingService.TrainingServiceClient(channel).GetTrainingStatusAsync(
                new GetTrainingStatusRequest { JobId = 1 }, cancellationToken: cancellationToken);
            NothingService.Status = Task.FromResult(status);
        }

        Tell(report, await CallAsync(host.Address, cancellationToken));
    }

    private static FakeContainerRuntime Runtime()
    {
        var runtime = new FakeContainerRuntime(TimeProvider.System);
        runtime.Script(_ => FakeTraining.Succeeds
            .Prints("""{"orca":"metric","step":4690,"epoch":20,"loss":0.4125,"accuracy":0.9371}""")
            .Prints("""{"orca":"progress","done":20,"total":20}"""));
        return runtime;
    }

    private static async Task FinishJobsAsync(ITrainingClient client, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Jobs; i++)
        {
            var job = await client.TrainAsync(
                new TrainingRequest
                {
                    Algorithm = "intents",
                    DatasetId = "banking",
                    Name = "nightly",
                    OutputModelName = "intents",
                    Parameters = new Dictionary<string, string> { ["EPOCHS"] = "20", ["LR"] = "0.002", ["BATCH_SIZE"] = "64", ["SEED"] = "1" },
                },
                cancellationToken);
            await foreach (var status in client.WatchTrainingAsync(job, cancellationToken: cancellationToken))
            {
                if (status.State is JobState.Failed)
                {
                    throw new InvalidOperationException($"Job {job}: {status.Message}");
                }
            }
        }
    }

    private static async Task<List<Turn>> CallAsync(string address, CancellationToken cancellationToken)
    {
        var program = typeof(GrpcBench).Assembly.Location;
        using var caller = Process.Start(new ProcessStartInfo("dotnet", [program, Caller.Verb, address, Jobs.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            var turns = new List<Turn>();
            while (await caller.StandardOutput.ReadLineAsync(cancellationToken) is { } call)
            {
                var (count, seconds) = (0L, 0.0);
                var cost = await Cost.OfAsync(async () =>
                {
                    var found = await caller.StandardOutput.ReadLineAsync(cancellationToken) ?? "";
                    (count, seconds) = found.Split(' ') is [var c, var s]
                        ? (long.Parse(c, CultureInfo.InvariantCulture), double.Parse(s, CultureInfo.InvariantCulture))
                        : throw new InvalidOperationException($"The calling process said '{found}'.");
                });
                turns.Add(new Turn(call, count / seconds, cost.Cpu.TotalMicroseconds / count, (double)cost.Bytes / count));
            }

            await caller.WaitForExitAsync(cancellationToken);
            return turns.Count == 3 * Caller.Pairs ? turns : throw new InvalidOperationException($"The calling process ended with {caller.ExitCode} after {turns.Count} turns.");
        }
        finally
        {
            if (!caller.HasExited)
            {
                caller.Kill();
            }
        }
    }

    private static void Tell(Report report, List<Turn> turns)
    {
        Turn[] status = [.. turns.Where(t => t.Call == Caller.Status)];
        Turn[] nothing = [.. turns.Where(t => t.Call == Caller.Nothing)];
        Turn[] same = [.. turns.Where(t => t.Call == Caller.Same)];
        double[] ratios = [.. status.Zip(nothing, (s, n) => s.PerSecond / n.PerSecond)];
        Report.Table(["", "calls/s", "server CPU us", "server bytes"], [Row("GetTrainingStatus", status), Row("the same answer", same), Row("empty call", nothing)]);
        var ratio = Statistics.Median(ratios);
        Report.Say($"ratio {Report.Number(ratio)}; the pairs' ratios go from {Report.Number(ratios.Min())} to {Report.Number(ratios.Max())}.");
        report.Add("status_calls_per_s", Statistics.Median(status.Select(t => t.PerSecond)));
        report.Add("bare_calls_per_s", Statistics.Median(nothing.Select(t => t.PerSecond)));
        report.Add("ratio", ratio);
        report.Add("same_answer_ratio", Statistics.Median(same.Zip(nothing, (s, n) => s.PerSecond / n.PerSecond)));
        report.Add("ratio_to_same_answer", Statistics.Median(status.Zip(same, (s, n) => s.PerSecond / n.PerSecond)));
        report.Add("ratio_min", ratios.Min());
        report.Add("ratio_max", ratios.Max());
        report.Add("pairs", ratios.Length);
        report.Add("status_server_cpu_us", Statistics.Median(status.Select(t => t.CpuMicroseconds)));
        report.Add("bare_server_cpu_us", Statistics.Median(nothing.Select(t => t.CpuMicroseconds)));
        report.Add("status_server_bytes", Statistics.Median(status.Select(t => t.Bytes)));
        report.Add("bare_server_bytes", Statistics.Median(nothing.Select(t => t.Bytes)));
    }

    private static string[] Row(string name, Turn[] turns) =>
    [
        name,
        Report.Number(Statistics.Median(turns.Select(t => t.PerSecond))),
        Report.Number(Statistics.Median(turns.Select(t => t.CpuMicroseconds))),
        Report.Number(Statistics.Median(turns.Select(t => t.Bytes))),
    ];

    /// <summary>What one turn found of one call.</summary>
    private readonly record struct Turn(string Call, double PerSecond, double CpuMicroseconds, double Bytes);
}
