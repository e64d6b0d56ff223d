using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Datasets.Intents;
using Orca.Training.Jobs;
using Orca.Training.Metrics;
using Orca.Training.Models;
using Orca.Training.Runs;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>Clients of runs, models and datasets that do the same for each call.</summary>
internal sealed class ScriptedData(Func<CancellationToken, Task> act) : IRunClient, IModelClient, IDatasetClient, IPoolClient
{
    Task<IReadOnlyList<PoolInfo>> IPoolClient.ListAsync(CancellationToken cancellationToken) => AfterAsync<IReadOnlyList<PoolInfo>>(cancellationToken);

    Task<PoolInfo> IPoolClient.GetAsync(string name, CancellationToken cancellationToken) => AfterAsync<PoolInfo>(cancellationToken);

    Task<Run> IRunClient.GetAsync(JobId job, CancellationToken cancellationToken) => AfterAsync<Run>(cancellationToken);

    Task<IReadOnlyList<Run>> IRunClient.QueryAsync(RunQuery query, CancellationToken cancellationToken) => AfterAsync<IReadOnlyList<Run>>(cancellationToken);

    Task<IReadOnlyList<Artifact>> IRunClient.ListArtifactsAsync(JobId job, CancellationToken cancellationToken) => AfterAsync<IReadOnlyList<Artifact>>(cancellationToken);

    Task<IReadOnlyList<MetricSeries>> IRunClient.ListMetricsAsync(JobId job, CancellationToken cancellationToken) => AfterAsync<IReadOnlyList<MetricSeries>>(cancellationToken);

    Task<IReadOnlyList<MetricPoint>> IRunClient.ReadMetricAsync(MetricName metric, MetricRange range, CancellationToken cancellationToken) =>
        AfterAsync<IReadOnlyList<MetricPoint>>(cancellationToken);

    Task<Stream> IRunClient.OpenArtifactAsync(JobId job, string name, long offset, CancellationToken cancellationToken) => AfterAsync<Stream>(cancellationToken);

    Task<IReadOnlyList<string>> IModelClient.ListAsync(CancellationToken cancellationToken) => AfterAsync<IReadOnlyList<string>>(cancellationToken);

    Task<IReadOnlyList<ModelVersion>> IModelClient.ListVersionsAsync(string name, CancellationToken cancellationToken) => AfterAsync<IReadOnlyList<ModelVersion>>(cancellationToken);

    Task<ModelVersion> IModelClient.GetAsync(string name, string reference, CancellationToken cancellationToken) => AfterAsync<ModelVersion>(cancellationToken);

    Task<IReadOnlyList<Artifact>> IModelClient.ListFilesAsync(string name, string reference, CancellationToken cancellationToken) => AfterAsync<IReadOnlyList<Artifact>>(cancellationToken);

    Task IModelClient.SetAliasAsync(string name, string alias, int version, CancellationToken cancellationToken) => act(cancellationToken);

    Task IModelClient.RemoveAliasAsync(string name, string alias, CancellationToken cancellationToken) => act(cancellationToken);

    Task IModelClient.RemoveAsync(string name, int version, CancellationToken cancellationToken) => act(cancellationToken);

    Task<Stream> IModelClient.OpenFileAsync(string name, string reference, string file, long offset, CancellationToken cancellationToken) => AfterAsync<Stream>(cancellationToken);

    Task<DatasetVersion> IDatasetClient.AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken) => AfterAsync<DatasetVersion>(cancellationToken);

    Task<AddedDataset> IDatasetClient.AddIntentsAsync(
        string datasetId, CsvSource train, CsvSource? validation, CsvSource? test, IntentSplit? split, CancellationToken cancellationToken) =>
        AfterAsync<AddedDataset>(cancellationToken);

    Task<IReadOnlyList<string>> IDatasetClient.ListAsync(CancellationToken cancellationToken) => AfterAsync<IReadOnlyList<string>>(cancellationToken);

    Task<IReadOnlyList<DatasetDescription>> IDatasetClient.ListVersionsAsync(string datasetId, CancellationToken cancellationToken) =>
        AfterAsync<IReadOnlyList<DatasetDescription>>(cancellationToken);

    Task<IReadOnlyList<SnapshotFile>> IDatasetClient.ListFilesAsync(DatasetVersion version, CancellationToken cancellationToken) => AfterAsync<IReadOnlyList<SnapshotFile>>(cancellationToken);

    Task<DatasetVersion> IDatasetClient.ResolveAsync(string datasetId, string version, CancellationToken cancellationToken) => AfterAsync<DatasetVersion>(cancellationToken);

    Task IDatasetClient.TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken) => act(cancellationToken);

    Task IDatasetClient.RemoveTagAsync(string datasetId, string tag, CancellationToken cancellationToken) => act(cancellationToken);

    Task IDatasetClient.DeleteAsync(DatasetVersion version, CancellationToken cancellationToken) => act(cancellationToken);

    private async Task<T> AfterAsync<T>(CancellationToken token)
    {
        await act(token);
        throw new InvalidOperationException("The test did not say what to do here.");
    }
}
