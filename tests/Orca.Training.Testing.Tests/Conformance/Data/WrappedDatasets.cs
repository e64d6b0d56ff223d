using Orca.Training.Datasets;

namespace Orca.Training.Testing.Tests.Conformance.Data;

/// <summary>Passes every call on to a sound store; what is broken overrides it.</summary>
internal abstract class WrappedDatasets(IDatasetStore inner) : IDatasetStore
{
    protected IDatasetStore Inner { get; } = inner;

    public bool IsShared => Inner.IsShared;

    public virtual Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken) =>
        Inner.AddAsync(datasetId, files, cancellationToken);

    public virtual Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken) =>
        Inner.ResolveAsync(datasetId, version, cancellationToken);

    public virtual Task<Uri> OpenAsync(DatasetVersion version, CancellationToken cancellationToken) => Inner.OpenAsync(version, cancellationToken);
}
