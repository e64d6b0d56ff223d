using Orca.Training.Artifacts;
using Orca.Training.Datasets;
using Orca.Training.Jobs;

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
        throw new DatasetException($"The fake dataset store holds no '{file}'.");

    public Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task RemoveTagAsync(string datasetId, string tag, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<bool> DeleteAsync(DatasetVersion version, CancellationToken cancellationToken) => Task.FromResult(false);
}

/// <summary>An artifact store of which each training has left one empty file, so that it can be a model; it touches no disk.</summary>
internal sealed class FakeArtifactStore : IArtifactStore
{
    // Nobody writes there, so one place does for all.
    private static readonly Task<AttemptPlaces> Places = Task.FromResult(new AttemptPlaces(new Uri("file:///fake/output"), new Uri("file:///fake/checkpoint")));
    private static readonly Task<IReadOnlyList<Artifact>> Left = Task.FromResult<IReadOnlyList<Artifact>>(
        [new Artifact("model", new Uri("file:///fake/output/model"), 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]);

    public bool IsShared => true;

    public bool IsOnHost => true;

    public Task<AttemptPlaces> PrepareAsync(AttemptName attempt, CancellationToken cancellationToken) => Places;

    public Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken) => Left;

    public Task<Stream> OpenAsync(Artifact artifact, long offset, CancellationToken cancellationToken) =>
        throw new ArtifactException($"The fake artifact store holds no '{artifact.Name}'.");

    public Uri OutputOf(AttemptName attempt) => Places.Result.Output;

    public Task RemoveAsync(InstallationId installation, JobId job, int? exceptAttempt, CancellationToken cancellationToken) => Task.CompletedTask;
}
