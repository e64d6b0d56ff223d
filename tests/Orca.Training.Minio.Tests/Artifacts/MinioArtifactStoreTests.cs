using Orca.Training.Access;
using Orca.Training.Artifacts;
using Orca.Training.Jobs;
using Orca.Training.Minio.Artifacts;
using Orca.Training.Minio.Objects;
using Orca.Training.Testing.Conformance.Artifacts;

namespace Orca.Training.Minio.Tests.Artifacts;

/// <summary>Outputs and checkpoints on a real S3 server.</summary>
public sealed class MinioArtifactStoreTests(S3TestServer test) : ArtifactStoreConformance
{
    private readonly S3Server _server = test.NewOptions().Connect();

    protected override int GeneratedSequences => 20;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _server.Dispose();
    }

    [Fact]
    public async Task More_than_may_be_left_is_refused_by_what_the_listing_says_of_it()
    {
        var attempt = new AttemptName(new InstallationId("large"), new AttemptId(new JobId(1), 1));
        var store = new MinioArtifactStore(_server, ArtifactLimits.Default with { Bytes = 10, Depth = 2 });
        var places = await store.PrepareAsync(attempt, Cancel);
        foreach (var place in new[] { places.Output, places.Checkpoint })
        {
            await WriteAsync(place, "a/half", new byte[6]);
        }

        Assert.Single(await store.CollectAsync(attempt, [], Cancel));
        await store.CheckCheckpointAsync(attempt, Cancel);
        await WriteAsync(places.Output, "b", new byte[6]);
        await WriteAsync(places.Checkpoint, "a/b/c", new byte[1]);

        var output = await Assert.ThrowsAsync<ArtifactException>(() => store.CollectAsync(attempt, [], Cancel));
        var checkpoint = await Assert.ThrowsAsync<ArtifactException>(() => store.CheckCheckpointAsync(attempt, Cancel));
        Assert.Equal([OutcomeCode.ArtifactTooLarge, OutcomeCode.ArtifactTooLarge], [output.Code, checkpoint.Code]);
        Assert.StartsWith("The training left more than 10 bytes, 'a/half' with 6 of them", output.Message, StringComparison.Ordinal);
        Assert.StartsWith("The training left 'a/b/c', which is 3 folders deep", checkpoint.Message, StringComparison.Ordinal);
    }

    protected override ValueTask<IArtifactStore> CreateAsync() => ValueTask.FromResult<IArtifactStore>(new MinioArtifactStore(_server));

    protected override ValueTask<IArtifactStore> ReopenAsync(IArtifactStore store) => CreateAsync();

    protected override async ValueTask WriteAsync(Uri place, string name, ReadOnlyMemory<byte> content)
    {
        var address = S3Address.Of(place).Below(name);
        await _server.BucketOf(address).PutAsync(address.Key, content.ToArray(), Cancel);
    }

    protected override async ValueTask<byte[]?> ReadAsync(Uri place, string name)
    {
        var address = S3Address.Of(place).Below(name);
        return await _server.BucketOf(address).ReadAsync(address.Key, 10 << 20, Cancel);
    }
}
