using Orca.Training.Access;
using Orca.Training.Artifacts;
using Orca.Training.Files;
using Orca.Training.Jobs;
using Orca.Training.Minio.Objects;
using static System.FormattableString;

namespace Orca.Training.Minio.Artifacts;

/// <summary>
/// Keeps outputs and checkpoints in a bucket: <c>&lt;installation&gt;/&lt;job&gt;/&lt;attempt&gt;/output/…</c> and
/// <c>&lt;installation&gt;/&lt;job&gt;/checkpoint/…</c>. What an attempt left is moved to <c>&lt;installation&gt;/&lt;job&gt;/&lt;attempt&gt;/published/…</c>
/// when it is collected: credentials that it printed, or kept, reach none of it.
/// </summary>
internal sealed class MinioArtifactStore(S3Server server, ArtifactLimits? limits = null) : IArtifactStore
{
    private const int ReadsAtOnce = 4;

    private readonly ArtifactLimits _limits = limits ?? ArtifactLimits.Default;
    private readonly S3Bucket _bucket = server.Bucket(server.Options.RunBucket);
    private Task? _made;

    public bool IsShared => true;

    public bool IsOnHost => false;

    public async Task<AttemptPlaces> PrepareAsync(AttemptName attempt, CancellationToken cancellationToken)
    {
        await MakeBucketAsync(cancellationToken);
        return new AttemptPlaces(OutputOf(attempt), AddressOf(RunKeys.Checkpoint(attempt.Installation, attempt.Attempt.Job)).ToUri());
    }

    public Uri OutputOf(AttemptName attempt) => AddressOf(RunKeys.Output(attempt)).ToUri();

    public async Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(announced);
        cancellationToken.ThrowIfCancellationRequested();
        await MakeBucketAsync(cancellationToken);
        var (output, published) = (RunKeys.Output(attempt) + "/", RunKeys.Published(attempt) + "/");
        var left = await ListAsync(output, cancellationToken);

        // A collecting that was broken off has moved some already.
        var found = left.Concat(await ListAsync(published, cancellationToken)).DistinctBy(f => f.Name).ToList();
        var sum = new LeftSoFar(_limits);
        foreach (var (name, there) in found)
        {
            sum.Add(name, there.Size);
        }

        Announcements.RequireAll(announced, found.Select(f => f.Name));
        var artifacts = new Artifact[found.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, found.Count, parallel, async (i, token) =>
            artifacts[i] = await MoveAsync(found[i].Object, found[i].Name, published + found[i].Name, token));
        Array.Sort(artifacts, (a, b) => string.CompareOrdinal(a.Name, b.Name));
        Announcements.Compare(announced, artifacts);

        await _bucket.RemoveAsync(left.Select(f => f.Object.Key).ToAsyncEnumerable(), cancellationToken);
        return artifacts;
    }

    public async Task CheckCheckpointAsync(AttemptName attempt, CancellationToken cancellationToken)
    {
        await MakeBucketAsync(cancellationToken);
        var prefix = RunKeys.Checkpoint(attempt.Installation, attempt.Attempt.Job) + "/";
        var sum = new LeftSoFar(_limits);
        await foreach (var there in _bucket.ListAsync(prefix, cancellationToken))
        {
            sum.Add(there.Key[prefix.Length..], there.Size);
        }
    }

    public async Task<Stream> OpenAsync(Artifact artifact, long offset, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, artifact.Size);
        if (!S3Address.TryRead(artifact.Location, out var address) || address.Bucket != _bucket.Name)
        {
            throw new ArtifactException($"The artifact '{artifact.Name}' is at '{artifact.Location}', which is not in this store.");
        }

        await MakeBucketAsync(cancellationToken);
        var found = await _bucket.FindAsync(address.Key, cancellationToken)
            ?? throw new ArtifactException($"The artifact '{artifact.Name}' is no longer at '{address}': there is no such object.");
        if (found.Size != artifact.Size)
        {
            throw new ArtifactException(Invariant($"The artifact '{artifact.Name}' at '{address}' has changed since it was published: it had {artifact.Size} bytes and has {found.Size}."));
        }

        try
        {
            return await _bucket.OpenAsync(found, offset, cancellationToken);
        }
        catch (S3Exception e) when (e.IsMissing)
        {
            throw new ArtifactException($"The artifact '{artifact.Name}' is no longer at '{address}': there is no such object.", e);
        }
    }

    public async Task RemoveAsync(InstallationId installation, JobId job, int? exceptAttempt, CancellationToken cancellationToken)
    {
        await MakeBucketAsync(cancellationToken);
        var prefix = RunKeys.Job(installation, job) + "/";

        // Of an attempt that an earlier version published, its output; of others that is empty but for what came after their end.
        var published = exceptAttempt is { } number ? Invariant($"{prefix}{number}/published/") : null;
        var kept = published is null ? null
            : await _bucket.ListAsync(published, cancellationToken).AnyAsync(cancellationToken) ? published
            : Invariant($"{prefix}{exceptAttempt}/output/");
        var keys = _bucket.ListAsync(prefix, cancellationToken).Select(o => o.Key).Where(k => kept is null || !k.StartsWith(kept, StringComparison.Ordinal));
        await _bucket.RemoveAsync(keys, cancellationToken);
    }

    private static void CheckName(string name)
    {
        // A bucket takes any of these, but a folder does not, and what was published should fit anywhere.
        if (name.Any(char.IsControl) || name.Contains('\uFFFD', StringComparison.Ordinal) || name.Split('/').Any(s => s is "" or "." or ".."))
        {
            throw new ArtifactException($"The training left {PlainName.Quoted(name)}, which cannot be a file path: use another name.");
        }
    }

    private async Task<List<(string Name, S3Object Object)>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var found = new List<(string Name, S3Object Object)>();
        var sum = new LeftSoFar(_limits);
        await foreach (var there in _bucket.ListAsync(prefix, cancellationToken))
        {
            var name = there.Key[prefix.Length..];
            CheckName(name);
            sum.Add(name, there.Size);
            found.Add((name, there));
        }

        return found;
    }

    /// <summary>
    /// What was given to the attempt opens its output for as long as it holds, so what is published lies elsewhere. It is written anew, and not
    /// copied by the server: what the attempt said of it beside its content, such as who may read it, must not come with it.
    /// </summary>
    private async Task<Artifact> MoveAsync(S3Object found, string name, string key, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await _bucket.OpenAsync(found, 0, cancellationToken);
            var content = found.Key == key ? await HashedCopy.HashAsync(stream, cancellationToken) : await CopyAsync(stream, found.Size, key, cancellationToken);
            return content.Size == found.Size ? new Artifact(name, AddressOf(key).ToUri(), content.Size, content.Sha256) : throw Changed(name, cause: null);
        }
        catch (S3Exception e) when (IsChanged(e))
        {
            throw Changed(name, e);
        }
    }

    private async Task<ContentHash> CopyAsync(Stream source, long size, string key, CancellationToken cancellationToken)
    {
        await using var content = new HashingStream(Stream.Null, source);
        await _bucket.PutAsync(key, content, size, cancellationToken);
        return await content.FinishAsync();
    }

    private static bool IsChanged(S3Exception e) => e.IsMissing || e.Status is System.Net.HttpStatusCode.PreconditionFailed;

    private static ArtifactException Changed(string name, Exception? cause) =>
        new($"'{name}' changed while it was being read, though its training has ended.", cause);

    private S3Address AddressOf(string key) => new(_bucket.Name, key);

    /// <summary>Once in a process: what becomes of the bucket later is told by who finds it gone.</summary>
    private async Task MakeBucketAsync(CancellationToken cancellationToken)
    {
        if (_made is not { IsCompletedSuccessfully: true })
        {
            await (_made = _bucket.EnsureAsync(cancellationToken));
        }
    }
}
