using Minio;
using Minio.DataModel.Args;

namespace Orca.Training.Bench.Data;

/// <summary>What somebody writes who has the client alone: no hash, no error but the client's, nothing asked again.</summary>
internal sealed class BareClient : IDisposable
{
    private const string Bucket = "bare";
    private const int CallsAtOnce = 8;

    private readonly IMinioClient _client;

    public BareClient(MinioOptions options) =>
        _client = new MinioClient().WithEndpoint(new Uri(options.Endpoint).Authority).WithCredentials(options.AccessKey, options.SecretKey).WithRegion(options.Region).Build();

    public Task MakeBucketAsync(CancellationToken cancellationToken) =>
        _client.MakeBucketAsync(new MakeBucketArgs().WithBucket(Bucket), cancellationToken);

    public async Task UploadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        await _client.PutObjectAsync(new PutObjectArgs().WithBucket(Bucket).WithObject("large").WithStreamData(file).WithObjectSize(file.Length), cancellationToken);
    }

    public Task DownloadAsync(CancellationToken cancellationToken) => _client.GetObjectAsync(
        new GetObjectArgs().WithBucket(Bucket).WithObject("large").WithCallbackStream((stream, token) => stream.CopyToAsync(Stream.Null, token)), cancellationToken);

    public Task UploadSmallAsync(IReadOnlyList<byte[]> contents, CancellationToken cancellationToken) =>
        Parallel.ForAsync(0, contents.Count, new ParallelOptions { MaxDegreeOfParallelism = CallsAtOnce, CancellationToken = cancellationToken }, async (i, token) =>
        {
            using var content = new MemoryStream(contents[i]);
            await _client.PutObjectAsync(new PutObjectArgs().WithBucket(Bucket).WithObject($"small/{i}").WithStreamData(content).WithObjectSize(content.Length), token);
        });

    public void Dispose() => _client.Dispose();
}
