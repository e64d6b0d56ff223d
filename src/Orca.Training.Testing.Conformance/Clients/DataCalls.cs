using Orca.Training.Auditing;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Metrics;
using Orca.Training.Runs;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>The calls of runs, models, datasets and the audit, each with arguments that are possible.</summary>
internal static class DataCalls
{
    private static readonly DatasetVersion Version = new("digits", new string('a', 64));

    public static IReadOnlyDictionary<string, Func<ITrainingClient, CancellationToken, Task>> All { get; } = new Dictionary<string, Func<ITrainingClient, CancellationToken, Task>>
    {
        ["rerun"] = (c, t) => c.RerunAsync(new JobId(1), t),
        ["get run"] = (c, t) => c.Runs.GetAsync(new JobId(1), t),
        ["query runs"] = (c, t) => c.Runs.QueryAsync(new RunQuery(), t),
        ["list metrics"] = (c, t) => c.Runs.ListMetricsAsync(new JobId(1), t),
        ["read metric"] = (c, t) => c.Runs.ReadMetricAsync(new MetricName(new JobId(1), 1, 0, "loss"), MetricRange.All(10), t),
        ["open artifact"] = (c, t) => c.Runs.OpenArtifactAsync(new JobId(1), "model.bin", 0, t),
        ["list models"] = (c, t) => c.Models.ListAsync(t),
        ["list versions of a model"] = (c, t) => c.Models.ListVersionsAsync("m", t),
        ["get model"] = (c, t) => c.Models.GetAsync("m", "1", t),
        ["set alias"] = (c, t) => c.Models.SetAliasAsync("m", "production", 1, t),
        ["remove alias"] = (c, t) => c.Models.RemoveAliasAsync("m", "production", t),
        ["remove model"] = (c, t) => c.Models.RemoveAsync("m", 1, t),
        ["open file of a model"] = (c, t) => c.Models.OpenFileAsync("m", "1", "model.bin", 0, t),
        ["add dataset"] = (c, t) => c.Datasets.AddAsync("digits", [DataInstallation.File("a", "1")], t),
        ["add intents"] = (c, t) => c.Datasets.AddIntentsAsync("digits", DataInstallation.Csv("train.csv", "hi,greet"), cancellationToken: t),
        ["list datasets"] = (c, t) => c.Datasets.ListAsync(t),
        ["list versions of a dataset"] = (c, t) => c.Datasets.ListVersionsAsync("digits", t),
        ["list files of a dataset"] = (c, t) => c.Datasets.ListFilesAsync(Version, t),
        ["resolve dataset"] = (c, t) => c.Datasets.ResolveAsync("digits", "", t),
        ["tag dataset"] = (c, t) => c.Datasets.TagAsync(Version, "reviewed", t),
        ["remove tag"] = (c, t) => c.Datasets.RemoveTagAsync("digits", "reviewed", t),
        ["list algorithms"] = (c, t) => c.ListAlgorithmsAsync(t),
        ["list audit"] = (c, t) => c.ListAuditAsync(new AuditQuery(), t),
        ["delete dataset"] = (c, t) => c.Datasets.DeleteAsync(Version, t),
    };
}
