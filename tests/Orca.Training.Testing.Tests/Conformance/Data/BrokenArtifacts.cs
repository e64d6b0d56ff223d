using System.Collections.Concurrent;
using Orca.Training.Artifacts;
using Orca.Training.Jobs;

namespace Orca.Training.Testing.Tests.Conformance.Data;

/// <summary>Artifact stores with one mistake each.</summary>
internal static class BrokenArtifacts
{
    public sealed class SharesTheOutput(IArtifactStore inner) : WrappedArtifacts(inner)
    {
        public override Task<AttemptPlaces> PrepareAsync(AttemptName attempt, CancellationToken cancellationToken) =>
            base.PrepareAsync(attempt with { Attempt = attempt.Attempt with { Number = 1 } }, cancellationToken);
    }

    public sealed class GivesEachAttemptACheckpoint(IArtifactStore inner) : WrappedArtifacts(inner)
    {
        public override async Task<AttemptPlaces> PrepareAsync(AttemptName attempt, CancellationToken cancellationToken)
        {
            var places = await base.PrepareAsync(attempt, cancellationToken);
            return places with { Checkpoint = places.Output };
        }
    }

    public sealed class EmptiesWhatIsPreparedAgain(IArtifactStore inner) : WrappedArtifacts(inner)
    {
        public override async Task<AttemptPlaces> PrepareAsync(AttemptName attempt, CancellationToken cancellationToken)
        {
            var places = await base.PrepareAsync(attempt, cancellationToken);
            Directory.Delete(places.Output.LocalPath, recursive: true);
            return await base.PrepareAsync(attempt, cancellationToken);
        }
    }

    public sealed class SkipsHiddenFiles(IArtifactStore inner) : WrappedArtifacts(inner)
    {
        public override async Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken) =>
            [.. (await base.CollectAsync(attempt, announced, cancellationToken)).Where(a => !a.Name.StartsWith('.'))];
    }

    public sealed class SortsByCulture(IArtifactStore inner) : WrappedArtifacts(inner)
    {
        public override async Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken) =>
            [.. (await base.CollectAsync(attempt, announced, cancellationToken)).OrderBy(a => a.Name, StringComparer.OrdinalIgnoreCase)];
    }

    public sealed class HashesNothing(IArtifactStore inner) : WrappedArtifacts(inner)
    {
        public override async Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken) =>
            [.. (await base.CollectAsync(attempt, announced, cancellationToken)).Select(a => a with { Sha256 = new string('0', 64) })];
    }

    public sealed class BelievesWhatIsAnnounced(IArtifactStore inner) : WrappedArtifacts(inner)
    {
        public override Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken) =>
            base.CollectAsync(attempt, [], cancellationToken);
    }

    public sealed class TakesAnyName(IArtifactStore inner) : WrappedArtifacts(inner)
    {
        public override async Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken)
        {
            try
            {
                return await base.CollectAsync(attempt, announced, cancellationToken);
            }
            catch (ArtifactException e) when (e.Message.Contains("system", StringComparison.Ordinal))
            {
                return [];
            }
        }
    }

    public sealed class TakesHashesByTheLetter(IArtifactStore inner) : WrappedArtifacts(inner)
    {
        public override async Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken)
        {
            var left = await base.CollectAsync(attempt, announced, cancellationToken);
            return announced.All(a => a.Sha256 is null || left.Any(l => l.Sha256 == a.Sha256)) ? left : throw new ArtifactException("Another hash.");
        }
    }

    public sealed class OpensAnyFile(IArtifactStore inner) : WrappedArtifacts(inner)
    {
        public override Task<Stream> OpenAsync(Artifact artifact, long offset, CancellationToken cancellationToken) =>
            artifact.Location.IsFile && File.Exists(artifact.Location.LocalPath)
                ? Task.FromResult<Stream>(File.OpenRead(artifact.Location.LocalPath))
                : throw new ArtifactException("It is not there.");
    }

    public sealed class CollectsWhenCancelled(IArtifactStore inner) : WrappedArtifacts(inner)
    {
        public override Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken) =>
            base.CollectAsync(attempt, announced, CancellationToken.None);
    }

    public sealed class KeepsTheCheckpoint(IArtifactStore inner) : WrappedArtifacts(inner)
    {
        public override async Task RemoveAsync(InstallationId installation, JobId job, int? exceptAttempt, CancellationToken cancellationToken)
        {
            var places = await PrepareAsync(new AttemptName(installation, new AttemptId(job, 999)), cancellationToken);
            var kept = Directory.GetFiles(places.Checkpoint.LocalPath).ToDictionary(f => f, File.ReadAllBytes);
            await base.RemoveAsync(installation, job, exceptAttempt, cancellationToken);
            await PrepareAsync(new AttemptName(installation, new AttemptId(job, 999)), cancellationToken);
            foreach (var (file, content) in kept)
            {
                await File.WriteAllBytesAsync(file, content, cancellationToken);
            }
        }
    }

    public sealed class ExceptsNothing(IArtifactStore inner) : WrappedArtifacts(inner)
    {
        public override Task RemoveAsync(InstallationId installation, JobId job, int? exceptAttempt, CancellationToken cancellationToken) =>
            base.RemoveAsync(installation, job, exceptAttempt: null, cancellationToken);
    }

    public sealed class KeepsAllIfOneIsExcepted(IArtifactStore inner) : WrappedArtifacts(inner)
    {
        public override Task RemoveAsync(InstallationId installation, JobId job, int? exceptAttempt, CancellationToken cancellationToken) =>
            exceptAttempt is null ? base.RemoveAsync(installation, job, exceptAttempt, cancellationToken) : Task.CompletedTask;
    }

    public sealed class RemovesOnce(IArtifactStore inner) : WrappedArtifacts(inner)
    {
        private readonly ConcurrentDictionary<JobId, bool> _removed = new();

        public override Task RemoveAsync(InstallationId installation, JobId job, int? exceptAttempt, CancellationToken cancellationToken) =>
            _removed.TryAdd(job, true) ? base.RemoveAsync(installation, job, exceptAttempt, cancellationToken) : throw new IOException("It is gone already.");
    }

    /// <summary>Empties the files before it deletes them, so that who reads one takes its half for all of it.</summary>
    public sealed class CutsWhatItRemoves(IArtifactStore inner) : WrappedArtifacts(inner)
    {
        public override async Task RemoveAsync(InstallationId installation, JobId job, int? exceptAttempt, CancellationToken cancellationToken)
        {
            var places = await PrepareAsync(new AttemptName(installation, new AttemptId(job, 2)), cancellationToken);
            foreach (var file in Directory.GetFiles(places.Output.LocalPath))
            {
                await File.WriteAllBytesAsync(file, [], cancellationToken);
            }

            await base.RemoveAsync(installation, job, exceptAttempt, cancellationToken);
        }
    }
}
