using Orca.Training.Datasets;

namespace Orca.Training.Testing.Conformance.Datasets;

/// <summary>A store of which a test needs a part only: that part overrides, and what nobody should call says so.</summary>
internal abstract class DatasetsStandIn : IDatasetStore
{
    public virtual bool IsShared => false;

    public virtual bool IsOnHost => true;

    public virtual Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken) => throw NotCalled();

    public virtual Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken) => throw NotCalled();

    public virtual Task<Uri> OpenAsync(DatasetVersion version, CancellationToken cancellationToken) => throw NotCalled();

    public virtual Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => throw NotCalled();

    public virtual Task<IReadOnlyList<DatasetDescription>> ListVersionsAsync(string datasetId, CancellationToken cancellationToken) => throw NotCalled();

    public virtual Task<IReadOnlyList<SnapshotFile>> ListFilesAsync(DatasetVersion version, CancellationToken cancellationToken) => throw NotCalled();

    public virtual Task<Stream> OpenFileAsync(DatasetVersion version, string file, CancellationToken cancellationToken) => throw NotCalled();

    public virtual Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken) => throw NotCalled();

    public virtual Task RemoveTagAsync(string datasetId, string tag, CancellationToken cancellationToken) => throw NotCalled();

    public virtual Task<bool> DeleteAsync(DatasetVersion version, CancellationToken cancellationToken) => throw NotCalled();

    private static NotSupportedException NotCalled() => new("The test does not expect this call.");
}
