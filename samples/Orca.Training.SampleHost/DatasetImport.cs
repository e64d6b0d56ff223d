using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Datasets.Intents;

namespace Orca.Training.SampleHost;

/// <summary>
/// Adds the datasets in the configuration before the host takes requests. <c>Datasets:&lt;id&gt;:Train</c> is a CSV file. <c>:Validation</c> and <c>:Test</c> are
/// optional: a CSV file, or a fraction such as 0.1, which is split off the training file with <c>:Seed</c>. To add texts that a model labels, set
/// <c>Datasets:&lt;id&gt;:Utterances</c> to a CSV file instead. Adding the same files again changes nothing.
/// </summary>
internal sealed partial class DatasetImport(IConfiguration configuration, IDatasetStore datasets, ITrainingClient client, IHostEnvironment environment, ILogger<DatasetImport> logger)
    : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var dataset in configuration.GetSection("Datasets").GetChildren())
        {
            var version = await AddAsync(dataset, cancellationToken);
            Added(dataset.Key, version.Hash);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<DatasetVersion> AddAsync(IConfigurationSection dataset, CancellationToken cancellationToken)
    {
        if (dataset["Utterances"] is { Length: > 0 } utterances)
        {
            return await datasets.AddUtterancesAsync(dataset.Key, CsvSource.FromFile(PathOf(utterances)!), cancellationToken);
        }

        var train = PathOf(dataset["Train"])
            ?? throw new InvalidOperationException($"Datasets:{dataset.Key}:Train is missing. Set it to the CSV file to train on, or set Utterances to the CSV file to label.");
        var (validation, validationFraction) = PartOf(dataset["Validation"]);
        var (test, testFraction) = PartOf(dataset["Test"]);
        var split = validationFraction == 0 && testFraction == 0 ? null
            : new IntentSplit(dataset.GetValue("Seed", 0L)) { Validation = validationFraction, Test = testFraction };
        return (await client.Datasets.AddIntentFilesAsync(dataset.Key, train, validation, test, split, cancellationToken)).Version;
    }

    /// <summary>A file, or a fraction.</summary>
    private (string? Path, double Fraction) PartOf(string? value) =>
        double.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out var fraction) ? (null, fraction) : (PathOf(value), 0);

    private string? PathOf(string? file) => string.IsNullOrEmpty(file) ? null : Path.Combine(environment.ContentRootPath, file);

    [LoggerMessage(1, LogLevel.Information, "Dataset {DatasetId} is at version {Version}")]
    private partial void Added(string datasetId, string version);
}
