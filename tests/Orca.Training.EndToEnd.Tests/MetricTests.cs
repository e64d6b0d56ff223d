using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Jobs;
using Orca.Training.Metrics;

namespace Orca.Training.EndToEnd.Tests;

/// <summary>What a container reports by step, from the real engine into a database: each point once, in its order.</summary>
public sealed class MetricTests : IDisposable
{
    private const int Points = 40_000;

    // As fast as the shell's own tools can; text between, on both outputs, and a last line without a newline.
    private const string Prints = """
        awk 'BEGIN { for (i = 1; i <= 40000; i++) { printf "{\"orca\":\"metric\",\"step\":%d,\"loss\":%d.5,\"accuracy\":0.%05d}\n", i, i, i; if (i % 1000 == 0) print "epoch" } }'; \
        echo warning >&2; printf '{"orca":"metric","step":40001,"loss":0}'
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orca-metrics-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_many_points_in_a_short_time_each_is_there_once_when_the_job_has_ended()
    {
        await using var service = await StartAsync(engine: null);

        await AssertAllAsync(service, await service.RunAsync(Prints));
    }

    [Fact]
    public async Task Of_an_output_whose_stream_breaks_again_and_again_each_point_is_there_once()
    {
        var streams = 0;
        await using var engine = new EngineProxy(EngineFaultTests.Engine, line =>
            line.Contains("follow=1", StringComparison.Ordinal) && Interlocked.Increment(ref streams) is var number and <= 4
                ? new Treatment.CutAfter(number * 300_000)
                : new Treatment.Pass());
        await using var service = await StartAsync(engine.Endpoint.ToString());

        await AssertAllAsync(service, await service.RunAsync(Prints));

        Assert.True(streams > 4, $"Only {streams} streams were opened.");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private Task<Service> StartAsync(string? engine) => Service.StartAsync(
        o => o.ReconcilePeriod = TimeSpan.FromSeconds(1), engine, folder: _folder.FullName, build: b => b.UseSqlite($"Data Source={Path.Combine(_folder.FullName, "orca.db")}"));

    private static async Task AssertAllAsync(Service service, JobId job)
    {
        Assert.Equal(JobState.Succeeded, (await service.FinishAsync(job)).State);
        var store = service.Services.GetRequiredService<IMetricStore>();
        var losses = await store.ReadAsync(new MetricName(job, 1, 0, "loss"), MetricRange.All(0), Cancel);
        Assert.Equal(Enumerable.Range(1, Points).Select(i => ((double)i, i + 0.5)).Append((Points + 1, 0)), losses.Select(p => (p.Step, p.Value)));
        var accuracies = await store.ReadAsync(new MetricName(job, 1, 0, "accuracy"), MetricRange.All(0), Cancel);
        Assert.Equal(Enumerable.Range(1, Points).Select(i => i / 100_000.0), accuracies.Select(p => p.Value));
        Assert.Equal(["accuracy", "loss"], (await store.ListAsync(job, Cancel)).Select(s => s.Metric.Name));
    }
}
