using Orca.Training.Access;
using Orca.Training.Artifacts;
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
