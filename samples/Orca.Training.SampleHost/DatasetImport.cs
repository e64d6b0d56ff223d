using Orca.Training.Datasets;
using Orca.Training.Datasets.Intents;

namespace Orca.Training.SampleHost;

/// <summary>
/// Adds the datasets that the configuration names, before the host takes requests: <c>Datasets:&lt;id&gt;:Train</c>, and
/// optionally <c>:Validation</c> and <c>:Test</c>, each a CSV file. Adding what is there already changes nothing.
/// </summary>
internal sealed partial class DatasetImport(IConfiguration configuration, IDatasetStore datasets, IHostEnvironment environment, ILogger<DatasetImport> logger)
    : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var dataset in configuration.GetSection("Datasets").GetChildren())
        {
            var train = PathOf(dataset["Train"]) ?? throw new InvalidOperationException($"Datasets:{dataset.Key}:Train is missing: give the CSV file to train on.");
            var version = await datasets.AddIntentFilesAsync(dataset.Key, train, PathOf(dataset["Validation"]), PathOf(dataset["Test"]), cancellationToken);
            Added(dataset.Key, version.Hash);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private string? PathOf(string? file) => string.IsNullOrEmpty(file) ? null : Path.Combine(environment.ContentRootPath, file);

    [LoggerMessage(1, LogLevel.Information, "Dataset {DatasetId} is at version {Version}")]
    private partial void Added(string datasetId, string version);
}
