using Orca.Training.Artifacts;
using Orca.Training.Jobs;

namespace Orca.Training.Testing.Tests.Conformance.Data;

/// <summary>Passes every call on to a sound store; what is broken overrides it.</summary>
internal abstract class WrappedArtifacts(IArtifactStore inner) : IArtifactStore
{
    protected IArtifactStore Inner { get; } = inner;

    public bool IsShared => Inner.IsShared;

    public bool IsOnHost => Inner.IsOnHost;

    public virtual Task<AttemptPlaces> PrepareAsync(AttemptName attempt, CancellationToken cancellationToken) => Inner.PrepareAsync(attempt, cancellationToken);

    public virtual Task<IReadOnlyList<Artifact>> CollectAsync(
        AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken) =>
        Inner.CollectAsync(attempt, announced, cancellationToken);

    public virtual Task<Stream> OpenAsync(Artifact artifact, long offset, CancellationToken cancellationToken) => Inner.OpenAsync(artifact, offset, cancellationToken);

    public Uri OutputOf(AttemptName attempt) => Inner.OutputOf(attempt);

    public virtual Task RemoveAsync(InstallationId installation, JobId job, int? exceptAttempt, CancellationToken cancellationToken) =>
        Inner.RemoveAsync(installation, job, exceptAttempt, cancellationToken);
}
