using Orca.Training.Artifacts;
using Orca.Training.Datasets;
using Orca.Training.Jobs;

namespace Orca.Training.Testing;

/// <summary>A dataset store that has every dataset and version that is asked for, and touches no disk.</summary>
internal sealed class FakeDatasetStore : IDatasetStore
{
    private const string Newest = "newest";

    public Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken) =>
        Task.FromResult(new DatasetVersion(datasetId, Newest));

    public Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken) =>
        Task.FromResult<DatasetVersion?>(new DatasetVersion(datasetId, version.Length > 0 ? version : Newest));

    public Task<Uri> OpenAsync(DatasetVersion version, CancellationToken cancellationToken) =>
        Task.FromResult(new Uri($"file:///fake/datasets/{version.DatasetId}/{version.Hash}"));
}

/// <summary>An artifact store for trainings that leave nothing; it touches no disk.</summary>
internal sealed class FakeArtifactStore : IArtifactStore
{
    public Task<AttemptPlaces> PrepareAsync(AttemptName attempt, CancellationToken cancellationToken) =>
        Task.FromResult(new AttemptPlaces(new Uri($"file:///fake/runs/{attempt}/output"), new Uri($"file:///fake/runs/{attempt}/checkpoint")));

    public Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Artifact>>([]);

    public Task<Stream> OpenAsync(Artifact artifact, CancellationToken cancellationToken) =>
        throw new ArtifactException($"The fake artifact store holds no '{artifact.Name}'.");
}
