using Orca.Training.Datasets;

namespace Orca.Training.Testing.Tests.Conformance.Data;

/// <summary>Passes every call on to a sound store; what is broken overrides it.</summary>
internal abstract class WrappedDatasets(IDatasetStore inner) : IDatasetStore
{
    protected IDatasetStore Inner { get; } = inner;

    public bool IsShared => Inner.IsShared;

    public bool IsOnHost => Inner.IsOnHost;

    public virtual Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken) =>
        Inner.AddAsync(datasetId, files, cancellationToken);

    public virtual Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken) =>
        Inner.ResolveAsync(datasetId, version, cancellationToken);

    public virtual Task<Uri> OpenAsync(DatasetVersion version, CancellationToken cancellationToken) => Inner.OpenAsync(version, cancellationToken);

    public virtual Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => Inner.ListAsync(cancellationToken);

    public virtual Task<IReadOnlyList<DatasetDescription>> ListVersionsAsync(string datasetId, CancellationToken cancellationToken) =>
        Inner.ListVersionsAsync(datasetId, cancellationToken);

    public virtual Task<IReadOnlyList<SnapshotFile>> ListFilesAsync(DatasetVersion version, CancellationToken cancellationToken) =>
        Inner.ListFilesAsync(version, cancellationToken);

    public virtual Task<Stream> OpenFileAsync(DatasetVersion version, string file, CancellationToken cancellationToken) =>
        Inner.OpenFileAsync(version, file, cancellationToken);

    public virtual Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken) => Inner.TagAsync(version, tag, cancellationToken);

    public virtual Task RemoveTagAsync(string datasetId, string tag, CancellationToken cancellationToken) => Inner.RemoveTagAsync(datasetId, tag, cancellationToken);

    public virtual Task<bool> DeleteAsync(DatasetVersion version, CancellationToken cancellationToken) => Inner.DeleteAsync(version, cancellationToken);
}
