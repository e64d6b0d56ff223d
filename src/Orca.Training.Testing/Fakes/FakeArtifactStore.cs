using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Orca.Training.Artifacts;
using Orca.Training.Files;
using Orca.Training.Jobs;

namespace Orca.Training.Testing;

/// <summary>An artifact store that keeps in memory what scripted trainings leave, and touches no disk.</summary>
internal sealed class FakeArtifactStore : IArtifactStore
{
    private const string Root = "/fake/runs/";

    // A fake runtime knows its stores by the places that they gave, and keeps none of them alive.
    private static readonly ConcurrentDictionary<string, WeakReference<FakeArtifactStore>> Stores = new(StringComparer.Ordinal);

    // What a script leaves that says nothing of files: one empty file, so that it can be a model.
    private static readonly Artifact Unsaid = new("model", new Uri("file:///fake/model"), 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    private static readonly Task<IReadOnlyList<Artifact>> OnlyUnsaid = Task.FromResult<IReadOnlyList<Artifact>>([Unsaid]);
    private static long _last;

    private readonly string _id = Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);
    private readonly ConcurrentDictionary<string, ImmutableSortedDictionary<string, byte[]>> _places = new(StringComparer.Ordinal);

    public FakeArtifactStore() => Stores[_id] = new WeakReference<FakeArtifactStore>(this);

    ~FakeArtifactStore() => Stores.TryRemove(_id, out _);

    public bool IsShared => true;

    public bool IsOnHost => true;

    /// <summary>Takes what a training leaves at a place that some store of this kind gave.</summary>
    /// <returns>Whether it is such a place; another is a folder of the disk.</returns>
    public static bool TryLeave(string place, string name, byte[] content)
    {
        if (!place.StartsWith(Root, StringComparison.Ordinal))
        {
            return false;
        }

        var id = place[Root.Length..place.IndexOf('/', Root.Length)];
        if (Stores.TryGetValue(id, out var reference) && reference.TryGetTarget(out var store))
        {
            store._places.AddOrUpdate(
                place,
                static (_, file) => ImmutableSortedDictionary.Create<string, byte[]>(StringComparer.Ordinal).SetItem(file.name, file.content),
                static (_, files, file) => files.SetItem(file.name, file.content),
                (name, content));
        }

        return true;
    }

    public Task<AttemptPlaces> PrepareAsync(AttemptName attempt, CancellationToken cancellationToken) =>
        Task.FromResult(new AttemptPlaces(OutputOf(attempt), new Uri("file:///fake/checkpoint")));

    public Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken)
    {
        if (!_places.TryGetValue(PathOf(attempt), out var files))
        {
            Announcements.RequireAll(announced, []);
            return OnlyUnsaid;
        }

        Announcements.RequireAll(announced, files.Keys);
        IReadOnlyList<Artifact> artifacts =
            [.. files.Select(f => new Artifact(f.Key, FileUri.Of($"{PathOf(attempt)}/{f.Key}"), f.Value.Length, Convert.ToHexStringLower(SHA256.HashData(f.Value))))];
        Announcements.Compare(announced, artifacts);
        return Task.FromResult(artifacts);
    }

    public Task<Stream> OpenAsync(Artifact artifact, long offset, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        if (artifact == Unsaid)
        {
            return Task.FromResult(Stream.Null);
        }

        var path = artifact.Location.LocalPath;
        if (path.Length <= artifact.Name.Length
            || !_places.TryGetValue(path[..^(artifact.Name.Length + 1)], out var files)
            || !files.TryGetValue(artifact.Name, out var content))
        {
            throw new ArtifactException($"The fake artifact store has no '{artifact.Name}'.");
        }

        var stream = new MemoryStream(content, writable: false) { Position = offset };
        return Task.FromResult<Stream>(stream);
    }

    public Uri OutputOf(AttemptName attempt) => new("file://" + PathOf(attempt));

    public Task RemoveAsync(InstallationId installation, JobId job, int? exceptAttempt, CancellationToken cancellationToken)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{Root}{_id}/{installation}/{job}/");
        var kept = exceptAttempt is { } attempt ? string.Create(CultureInfo.InvariantCulture, $"{prefix}{attempt}") : null;
        foreach (var place in _places.IsEmpty ? [] : _places.Keys.Where(p => p.StartsWith(prefix, StringComparison.Ordinal) && p != kept))
        {
            _places.TryRemove(place, out _);
        }

        return Task.CompletedTask;
    }

    private string PathOf(AttemptName attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{Root}{_id}/{attempt.Installation}/{attempt.Attempt.Job}/{attempt.Attempt.Number}");
}
