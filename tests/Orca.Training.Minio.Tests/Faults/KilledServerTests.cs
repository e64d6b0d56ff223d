using Orca.Training.Datasets;
using Orca.Training.Minio.Datasets;

namespace Orca.Training.Minio.Tests.Faults;

/// <summary>What becomes of an add when its server is killed half-way: the server is this class's own.</summary>
public sealed class KilledServerTests : IAsyncLifetime
{
    private readonly S3TestServer _test = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _test.InitializeAsync();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Theory]
    [InlineData("partNumber=2")]
    [InlineData("manifest.json")]
    public async Task An_add_whose_server_dies_leaves_nothing_that_resolves_and_can_be_repeated(string at)
    {
        var options = _test.NewOptions();
        var isDead = false;
        await using var proxy = new FaultProxy(_test.Endpoint, async line =>
        {
            if (!isDead && line.StartsWith("PUT", StringComparison.Ordinal) && line.Contains(at, StringComparison.Ordinal))
            {
                isDead = true;
                await _test.KillAsync();
            }

            return Fault.None;
        });
        options.Endpoint = proxy.Endpoint;
        using var server = new Objects.S3Server(options, new HurriedTime());
        var store = new MinioDatasetStore(server, cache: null);
        DatasetFile[] files = [Of("large.bin", new byte[24 << 20]), Of("small.csv", new byte[100])];

        var error = await Assert.ThrowsAnyAsync<IOException>(() => store.AddAsync("intents", files, Cancel));

        Assert.Contains($"in the bucket '{options.DatasetBucket}' of the S3 server {proxy.Endpoint}: the server cannot be reached", error.Message, StringComparison.Ordinal);
        await _test.StartAsync();
        Assert.Empty(await store.ListVersionsAsync("intents", Cancel));
        Assert.Null(await store.ResolveAsync("intents", "", Cancel));

        var version = await store.AddAsync("intents", files, Cancel);

        await store.OpenAsync(version, Cancel);
        Assert.Equal(version, await store.ResolveAsync("intents", "", Cancel));
    }

    private static DatasetFile Of(string name, byte[] content) => new(name, _ => ValueTask.FromResult<Stream>(new MemoryStream(content)));
}
