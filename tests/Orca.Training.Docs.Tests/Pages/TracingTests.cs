using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Testing;

namespace Orca.Training.Docs.Tests.Pages;

/// <summary>The page on diagnostics shows how to listen: with that and nothing else, a training that is submitted over the network leaves its spans.</summary>
public sealed class TracingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_training_that_is_submitted_over_gRPC_leaves_its_spans_with_the_lines_of_the_page()
    {
        Assert.Contains(""".WithTracing(tracing => tracing.AddSource("Microsoft.AspNetCore", "Orca.Training"));""", await File.ReadAllTextAsync(System.IO.Path.Combine(Repository.Folder, "docs/diagnostics.md"), Cancel), StringComparison.Ordinal);
        var spans = new Spans();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource("Microsoft.AspNetCore", "Orca.Training").AddProcessor(spans));
        builder.Services.AddOrcaTraining(o => o.AddAlgorithm("a", "image")).UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System)).UseFakeStores();
        await using var app = builder.Build();
        app.MapOrcaTraining();
        await app.StartAsync(Cancel);
        using var client = GrpcTrainingClient.Connect(app.Urls.First());

        var job = await client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "d" }, Cancel);
        await client.WatchTrainingAsync(job, cancellationToken: Cancel).LastAsync(Cancel);
        await app.StopAsync(Cancel);

        Assert.Superset(new HashSet<string> { "submit a", "launch a", "attempt a" }, spans.Names.ToHashSet());
    }

    private sealed class Spans : BaseProcessor<Activity>
    {
        public ConcurrentBag<string> Names { get; } = [];

        public override void OnEnd(Activity data) => Names.Add(data.DisplayName);
    }
}
