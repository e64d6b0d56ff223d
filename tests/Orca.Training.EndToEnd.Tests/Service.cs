using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Jobs;

namespace Orca.Training.EndToEnd.Tests;

/// <summary>
/// A whole service as a user has it: an ASP.NET host on a port of its own, trainings as containers of a real engine, a client
/// over gRPC. Its data lie in a folder of its own, which goes with it.
/// </summary>
internal sealed class Service : IAsyncDisposable
{
    public const string TestImage = "orca-training/test:latest";

    private readonly WebApplication _app;
    private readonly DirectoryInfo _data;

    private Service(WebApplication app, DirectoryInfo data)
    {
        _app = app;
        _data = data;
        Client = GrpcTrainingClient.Connect(app.Urls.Single());
    }

    public GrpcTrainingClient Client { get; }

    public string DataFolder => _data.FullName;

    public IServiceProvider Services => _app.Services;

    public IDatasetStore Datasets => _app.Services.GetRequiredService<IDatasetStore>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="options">Adds algorithms. There is one already, 'shell', that runs its parameter SCRIPT in the test image.</param>
    /// <param name="engine">The engine's address; null for the default one.</param>
    /// <param name="docker">Sets more of the machine.</param>
    /// <param name="folder">Where its data lie; null for a folder of its own.</param>
    /// <param name="build">Sets more of the service.</param>
    public static async Task<Service> StartAsync(
        Action<OrcaTrainingOptions>? options = null, string? engine = null, Action<DockerOptions>? docker = null, string? folder = null,
        Action<OrcaTrainingBuilder>? build = null)
    {
        var data = folder is null ? Directory.CreateTempSubdirectory("orca-end-to-end-") : Directory.CreateDirectory(Path.Combine(folder, "orca-end-to-end"));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = $"end-to-end-{data.Name}" });
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore().AddLogging(l => l.SetMinimumLevel(LogLevel.Error));
        var training = builder.Services.AddOrcaTraining(o =>
        {
            o.DataFolder = data.FullName;
            o.StopGrace = TimeSpan.FromSeconds(2);
            o.AddAlgorithm("shell", TestImage, a =>
            {
                a.MemoryMiB = 64;
                a.Command.Add("/bin/sh");
                a.Command.Add("-c");
                a.Command.Add("eval \"$SCRIPT\"");
            });
            options?.Invoke(o);
        }).UseDocker(o =>
        {
            o.Endpoint = engine is null ? null : new Uri(engine);
            docker?.Invoke(o);
        });
        build?.Invoke(training);
        var app = builder.Build();
        app.MapOrcaTraining().AllowThisMachineOnly();
        await app.StartAsync(Cancel);
        var service = new Service(app, data);
        await service.Datasets.AddAsync("numbers", [new DatasetFile("numbers.txt", _ => ValueTask.FromResult<Stream>(new MemoryStream("1 2 3"u8.ToArray())))], Cancel);
        return service;
    }

    /// <summary>Trains by a shell script.</summary>
    public Task<JobId> RunAsync(string script) => Client.TrainAsync(
        new TrainingRequest { Algorithm = "shell", DatasetId = "numbers", Parameters = new Dictionary<string, string> { ["SCRIPT"] = script } }, Cancel);

    public Task<TrainingStatus> FinishAsync(JobId job) => WaitAsync(job, s => s.State.IsFinal());

    public async Task<TrainingStatus> WaitAsync(JobId job, Func<TrainingStatus, bool> until)
    {
        TrainingStatus? last = null;
        await foreach (var status in Client.WatchTrainingAsync(job, cancellationToken: Cancel))
        {
            last = status;
            if (until(status))
            {
                return status;
            }
        }

        throw new Xunit.Sdk.XunitException(string.Create(CultureInfo.InvariantCulture, $"Job {job} ended as {last?.State}: {last?.Message}"));
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        Files.DeleteReadOnly(_data);
    }
}
