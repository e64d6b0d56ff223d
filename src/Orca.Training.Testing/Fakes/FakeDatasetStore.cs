using Orca.Training.Datasets;

namespace Orca.Training.Testing;

/// <summary>A dataset store that has every dataset and version that is asked for, and touches no disk.</summary>
internal sealed class FakeDatasetStore : IDatasetStore
{
    private const string Newest = "newest";
    private static readonly Task<Uri> Place = Task.FromResult(new Uri("file:///fake/dataset"));
    private volatile Task<DatasetVersion?>? _last;

    public bool IsShared => true;

    public bool IsOnHost => true;

    public Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken) =>
        Task.FromResult(new DatasetVersion(datasetId, Newest));

    public Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken)
    {
        // Most tests ask for one dataset again and again.
        var last = _last;
        if (last?.Result is not { } resolved || resolved.DatasetId != datasetId || resolved.Hash != (version.Length > 0 ? version : Newest))
        {
            _last = last = Task.FromResult<DatasetVersion?>(new DatasetVersion(datasetId, version.Length > 0 ? version : Newest));
        }

        return last;
    }

    public Task<Uri> OpenAsync(DatasetVersion version, CancellationToken cancellationToken) => Place;

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);

    public Task<IReadOnlyList<DatasetDescription>> ListVersionsAsync(string datasetId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DatasetDescription>>([]);

    public Task<IReadOnlyList<SnapshotFile>> ListFilesAsync(DatasetVersion version, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SnapshotFile>>([]);

    public Task<Stream> OpenFileAsync(DatasetVersion version, string file, CancellationToken cancellationToken) =>
        throw new DatasetException($"The fake dataset store has no '{file}'.");

    public Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task RemoveTagAsync(string datasetId, string tag, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<bool> DeleteAsync(DatasetVersion version, CancellationToken cancellationToken) => Task.FromResult(false);
}
