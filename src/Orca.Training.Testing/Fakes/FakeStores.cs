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
}

/// <summary>An artifact store for trainings that leave nothing; it touches no disk.</summary>
internal sealed class FakeArtifactStore : IArtifactStore
{
    // Nobody writes there, so one place does for all.
    private static readonly Task<AttemptPlaces> Places = Task.FromResult(new AttemptPlaces(new Uri("file:///fake/output"), new Uri("file:///fake/checkpoint")));
    private static readonly Task<IReadOnlyList<Artifact>> Nothing = Task.FromResult<IReadOnlyList<Artifact>>([]);

    public bool IsShared => true;

    public Task<AttemptPlaces> PrepareAsync(AttemptName attempt, CancellationToken cancellationToken) => Places;

    public Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken) => Nothing;

    public Task<Stream> OpenAsync(Artifact artifact, CancellationToken cancellationToken) =>
        throw new ArtifactException($"The fake artifact store holds no '{artifact.Name}'.");

    public Task RemoveAsync(InstallationId installation, JobId job, int? exceptAttempt, CancellationToken cancellationToken) => Task.CompletedTask;
}
