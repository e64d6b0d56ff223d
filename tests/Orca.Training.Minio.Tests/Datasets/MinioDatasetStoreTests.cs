using Orca.Training.Access;
using Orca.Training.Datasets;
using Orca.Training.Minio.Datasets;
using Orca.Training.Minio.Objects;
using Orca.Training.Testing.Conformance.Datasets;

namespace Orca.Training.Minio.Tests.Datasets;

/// <summary>Datasets on a real S3 server.</summary>
public sealed class MinioDatasetStoreTests(S3TestServer test) : DatasetStoreConformance
{
    private readonly S3Server _server = test.NewOptions().Connect();

    protected override int GeneratedSequences => 20;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _server.Dispose();
    }

    protected override ValueTask<IDatasetStore> CreateAsync() => ValueTask.FromResult<IDatasetStore>(new MinioDatasetStore(_server, cache: null));

    protected override ValueTask<IDatasetStore> ReopenAsync(IDatasetStore store) => CreateAsync();

    protected override async ValueTask<IReadOnlyDictionary<string, byte[]>> ReadFilesAsync(Uri place)
    {
        var address = S3Address.Of(place);
        var bucket = _server.BucketOf(address);
        var files = new Dictionary<string, byte[]>();
        await foreach (var found in bucket.ListAsync(address.Key + "/", Cancel))
        {
            files[found.Key[(address.Key.Length + 1)..]] = (await bucket.ReadAsync(found.Key, 10 << 20, Cancel))!;
        }

        return files;
    }

    protected override async ValueTask DamageAsync(Uri place, string name)
    {
        var address = S3Address.Of(place).Below(name);
        var bucket = _server.BucketOf(address);
        var content = (await bucket.ReadAsync(address.Key, 10 << 20, Cancel))!;
        content[0] ^= 1;
        await bucket.PutAsync(address.Key, content, Cancel);
    }
}
