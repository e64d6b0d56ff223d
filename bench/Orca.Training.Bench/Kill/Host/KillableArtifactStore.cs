using Orca.Training.Artifacts;
using Orca.Training.Jobs;

namespace Orca.Training.Bench.Kill.Host;

/// <summary>An artifact store with a boundary before and after each call of the tracker's.</summary>
internal sealed class KillableArtifactStore(IArtifactStore store, KillSwitch kills) : IArtifactStore
{
    public bool IsShared => store.IsShared;

    public bool IsOnHost => store.IsOnHost;

    public async Task<AttemptPlaces> PrepareAsync(AttemptName attempt, CancellationToken cancellationToken)
    {
        kills.Before(Calls.Prepare);
        var places = await store.PrepareAsync(attempt, cancellationToken);
        kills.After(Calls.Prepare);
        return places;
    }

    public async Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken)
    {
        kills.Before(Calls.Collect);
        var artifacts = await store.CollectAsync(attempt, announced, cancellationToken);
        kills.After(Calls.Collect);
        return artifacts;
    }

    public Task RemoveAsync(InstallationId installation, JobId job, int? exceptAttempt, CancellationToken cancellationToken) =>
        store.RemoveAsync(installation, job, exceptAttempt, cancellationToken);

    public Task<Stream> OpenAsync(Artifact artifact, long offset, CancellationToken cancellationToken) => store.OpenAsync(artifact, offset, cancellationToken);

    public Uri OutputOf(AttemptName attempt) => store.OutputOf(attempt);
}
