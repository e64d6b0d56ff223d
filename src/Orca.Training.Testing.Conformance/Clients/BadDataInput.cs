using Orca.Training.Auditing;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Metrics;
using Orca.Training.Runs;
using static Orca.Training.Testing.Conformance.Clients.BadInput;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>The calls of runs, models and datasets with each text that can be bad: none of them reaches a store.</summary>
internal static class BadDataInput
{
    private const string Long = "It has 1025 characters: give at most 1024.";
    private static readonly DatasetVersion Version = new("digits", new string('a', 64));

    public static IReadOnlyList<BadInput> Table { get; } =
    [
        .. Texts("Query runs", "algorithm", (c, x, t) => c.Runs.QueryAsync(new RunQuery { Algorithm = x }, t)),
        .. Texts("Query runs", "dataset_id", (c, x, t) => c.Runs.QueryAsync(new RunQuery { DatasetId = x }, t)),
        .. Texts("Query runs", "dataset_version", (c, x, t) => c.Runs.QueryAsync(new RunQuery { DatasetVersion = x }, t)),
        .. Texts("Query runs", "user", (c, x, t) => c.Runs.QueryAsync(new RunQuery { User = x }, t)),
        .. Texts("Query runs", "group", (c, x, t) => c.Runs.QueryAsync(new RunQuery { Group = x }, t)),
        .. Texts("Query runs", "model_name", (c, x, t) => c.Runs.QueryAsync(new RunQuery { ModelName = x }, t)),
        .. Texts("Query runs", "order_by", (c, x, t) => c.Runs.QueryAsync(new RunQuery { OrderBy = x }, t)),
        Wrong("Query runs in a state that is none", (c, t) => c.Runs.QueryAsync(new RunQuery { States = [(JobState)9] }, t), ("states", "9" + NoState)),
        Wrong("Query no runs", (c, t) => c.Runs.QueryAsync(new RunQuery { Limit = 0 }, t), ("limit", "0 is not valid: give 1 to 1000.")),
        .. Texts("Read metric", "metric.name", (c, x, t) => c.Runs.ReadMetricAsync(new MetricName(new JobId(1), 1, 0, x), MetricRange.All(10), t)),
        .. Texts("Open artifact", "name", (c, x, t) => c.Runs.OpenArtifactAsync(new JobId(1), x, 0, t)),
        .. Texts("List versions of a model", "name", (c, x, t) => c.Models.ListVersionsAsync(x, t)),
        .. Texts("Get model", "name", (c, x, t) => c.Models.GetAsync(x, "1", t)),
        .. Texts("Get model", "reference", (c, x, t) => c.Models.GetAsync("m", x, t)),
        .. Texts("List files of a model", "name", (c, x, t) => c.Models.ListFilesAsync(x, "1", t)),
        .. Texts("List files of a model", "reference", (c, x, t) => c.Models.ListFilesAsync("m", x, t)),
        .. Texts("Set alias", "name", (c, x, t) => c.Models.SetAliasAsync(x, "a", 1, t)),
        .. Texts("Set alias", "alias", (c, x, t) => c.Models.SetAliasAsync("m", x, 1, t)),
        .. Texts("Remove alias", "name", (c, x, t) => c.Models.RemoveAliasAsync(x, "a", t)),
        .. Texts("Remove alias", "alias", (c, x, t) => c.Models.RemoveAliasAsync("m", x, t)),
        .. Texts("Remove model", "name", (c, x, t) => c.Models.RemoveAsync(x, 1, t)),
        .. Texts("Open file of a model", "name", (c, x, t) => c.Models.OpenFileAsync(x, "1", "f", 0, t)),
        .. Texts("Open file of a model", "reference", (c, x, t) => c.Models.OpenFileAsync("m", x, "f", 0, t)),
        .. Texts("Open file of a model", "file", (c, x, t) => c.Models.OpenFileAsync("m", "1", x, 0, t)),
        .. Texts("Add dataset", "dataset_id", (c, x, t) => c.Datasets.AddAsync(x, [DataInstallation.File("a", "1")], t)),
        .. Texts("List versions of a dataset", "dataset_id", (c, x, t) => c.Datasets.ListVersionsAsync(x, t)),
        .. Texts("List files of a dataset", "dataset_id", (c, x, t) => c.Datasets.ListFilesAsync(Version with { DatasetId = x }, t)),
        .. Texts("List files of a dataset", "hash", (c, x, t) => c.Datasets.ListFilesAsync(Version with { Hash = x }, t)),
        .. Texts("Resolve dataset", "dataset_id", (c, x, t) => c.Datasets.ResolveAsync(x, "", t)),
        .. Texts("Resolve dataset", "version", (c, x, t) => c.Datasets.ResolveAsync("digits", x, t)),
        .. Texts("Tag dataset", "hash", (c, x, t) => c.Datasets.TagAsync(Version with { Hash = x }, "reviewed", t)),
        .. Texts("Tag dataset", "tag", (c, x, t) => c.Datasets.TagAsync(Version, x, t)),
        .. Texts("Remove tag", "dataset_id", (c, x, t) => c.Datasets.RemoveTagAsync(x, "reviewed", t)),
        .. Texts("Remove tag", "tag", (c, x, t) => c.Datasets.RemoveTagAsync("digits", x, t)),
        .. Texts("Delete dataset", "dataset_id", (c, x, t) => c.Datasets.DeleteAsync(Version with { DatasetId = x }, t)),
        .. Texts("Delete dataset", "hash", (c, x, t) => c.Datasets.DeleteAsync(Version with { Hash = x }, t)),
        .. Texts("List audit", "user", (c, x, t) => c.ListAuditAsync(new AuditQuery { User = x }, t)),
        .. Texts("List audit", "subject", (c, x, t) => c.ListAuditAsync(new AuditQuery { Subject = x }, t)),
        Wrong("List no audit", (c, t) => c.ListAuditAsync(new AuditQuery { Limit = 0 }, t), ("limit", "0 is not valid: give 1 to 500.")),
        Wrong("List all of the audit", (c, t) => c.ListAuditAsync(new AuditQuery { Limit = 501 }, t), ("limit", "501 is not valid: give 1 to 500.")),
        NoRun("Get run", (c, job, t) => c.Runs.GetAsync(job, t)),
        NoRun("List artifacts", (c, job, t) => c.Runs.ListArtifactsAsync(job, t)),
        NoRun("Open artifact", (c, job, t) => c.Runs.OpenArtifactAsync(job, "f", 0, t)),
        NoRun("Rerun", (c, job, t) => c.RerunAsync(job, t)),
    ];

    private static IEnumerable<BadInput> Texts(string call, string field, Func<ITrainingClient, string, CancellationToken, Task> make)
    {
        yield return Wrong($"{call}: a NUL in {field}", (client, token) => make(client, "a\0b", token), (field, Control));
        yield return Wrong($"{call}: half a character in {field}", (client, token) => make(client, "\ud800", token), (field, BadInput.Half));
        yield return Wrong($"{call}: a long {field}", (client, token) => make(client, new string('x', 1025), token), (field, Long));
    }

    private static BadInput NoRun(string call, Func<ITrainingClient, JobId, CancellationToken, Task> make) => new(
        $"{call} of no job", (client, token) => make(client, new JobId(0), token), TrainingError.NotFound, "There is no run of job 0: the job does not exist, or no attempt has started.");
}
