using System.Security.Cryptography;
using Orca.Training.Minio.Objects;

namespace Orca.Training.Minio.Tests.Faults;

/// <summary>What becomes of an object's way when server and network fail.</summary>
public sealed class ObjectFaultTests(S3TestServer test) : IAsyncDisposable
{
    private const string Key = "models/intent.bin";

    private readonly MinioOptions _options = test.NewOptions();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(3 << 20);
    private readonly List<IDisposable> _servers = [];
    private FaultProxy? _proxy;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _servers.ForEach(s => s.Dispose());
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_server_that_is_busy_is_asked_again()
    {
        await MakeAsync();
        var first = new HashSet<string>();
        var bucket = Behind(line => first.Add(line.Split('?', ' ')[0]) ? new Fault.Busy() : Fault.None);

        await bucket.PutAsync(Key, _content, Cancel);

        Assert.Equal(_content, await ReadAsync(bucket));
        Assert.Equal(2, _proxy!.Requests.Count(r => r.StartsWith("PUT", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_server_that_stays_busy_is_given_up_with_an_error_that_names_bucket_and_key()
    {
        await MakeAsync();
        var bucket = Behind(_ => new Fault.Busy(), new HurriedTime());

        var error = await Assert.ThrowsAsync<S3Exception>(() => bucket.PutAsync(Key, _content, Cancel));

        Assert.Equal($"Cannot write '{Key}' in the bucket '{_options.DatasetBucket}' of the S3 server {_proxy!.Endpoint}: the server is busy (SlowDown).", error.Message);
        Assert.Equal(5, _proxy.Requests.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_000)]
    public async Task What_breaks_off_is_read_on_where_it_was(int bytes)
    {
        await MakeAsync(_content);
        var cuts = 0;
        var bucket = Behind(line => line.StartsWith("GET", StringComparison.Ordinal) && cuts++ < 2 ? new Fault.CutAfter(bytes) : Fault.None);

        Assert.Equal(_content, await ReadAsync(bucket));

        var ranges = _proxy!.Requests.Where(r => r.StartsWith("GET", StringComparison.Ordinal)).Select(RangeOf);
        Assert.Equal(bytes == 0 ? ["", "", ""] : ["", $"bytes={bytes}-", $"bytes={2 * bytes}-"], ranges);
    }

    [Fact]
    public async Task What_breaks_off_at_the_same_place_again_and_again_is_given_up_with_an_error_that_says_where()
    {
        await MakeAsync(_content);
        var bucket = Behind(line => line.StartsWith("GET", StringComparison.Ordinal) ? new Fault.CutAfter(0) : Fault.None, new HurriedTime());

        var error = await Assert.ThrowsAsync<S3Exception>(() => ReadAsync(bucket));

        Assert.StartsWith($"Cannot read '{Key}' in the bucket '{_options.DatasetBucket}' of the S3 server {_proxy!.Endpoint}: after 0 of {_content.Length} bytes, ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_stands_still_is_read_on_over_another_connection()
    {
        await MakeAsync(_content);
        var stood = false;
        var bucket = Behind(
            line =>
            {
                var stands = line.StartsWith("GET", StringComparison.Ordinal) && !stood;
                stood |= stands;
                return stands ? new Fault.StillAfter(500_000) : Fault.None;
            },
            new HurriedTime());

        Assert.Equal(_content, await ReadAsync(bucket));
        Assert.Equal("bytes=500000-", RangeOf(_proxy!.Requests.Last()));
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up()
    {
        await MakeAsync(_content);
        var asked = 0;
        var bucket = Behind(_ => asked++ == 0 ? new Fault.NoAnswer() : Fault.None, new HurriedTime());

        Assert.Equal(_content.Length, (await bucket.FindAsync(Key, Cancel))!.Size);
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task An_object_that_changes_while_it_is_read_is_an_error_and_never_a_mixture()
    {
        var direct = await MakeAsync(_content);
        var cut = false;
        var bucket = Behind(async line =>
        {
            if (!line.StartsWith("GET", StringComparison.Ordinal))
            {
                return Fault.None;
            }

            if (!cut)
            {
                cut = true;
                return new Fault.CutAfter(1_000_000);
            }

            await direct.PutAsync(Key, RandomNumberGenerator.GetBytes(_content.Length), Cancel);
            return Fault.None;
        });

        var error = await Assert.ThrowsAsync<S3Exception>(() => ReadAsync(bucket));

        Assert.Equal($"Cannot read '{Key}' in the bucket '{_options.DatasetBucket}' of the S3 server {_proxy!.Endpoint}: it was changed in the meantime.", error.Message);
    }

    [Fact]
    public async Task Parts_of_an_upload_that_fails_do_not_stay_on_the_server()
    {
        var direct = await MakeAsync();
        var bucket = Behind(line => line.Contains("partNumber=2", StringComparison.Ordinal) ? new Fault.Busy() : Fault.None, new HurriedTime());
        using var content = new MemoryStream(new byte[40 << 20]);

        var error = await Assert.ThrowsAsync<S3Exception>(() => bucket.PutAsync(Key, content, content.Length, Cancel));

        Assert.Contains(Key, error.Message, StringComparison.Ordinal);
        Assert.Null(await direct.FindAsync(Key, Cancel));
        Assert.Empty(await direct.ListUnfinishedAsync("", Cancel).ToListAsync(Cancel));
        Assert.Contains(_proxy!.Requests, r => r.Contains("partNumber=1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_secret_is_told_and_not_repeated_nor_written_down()
    {
        await MakeAsync(_content);
        _options.SecretKey = "a-secret-that-is-another";
        var bucket = Behind(_ => Fault.None);

        // A small one: of a large one the server may close the connection before all of it is sent, and its answer is lost with that.
        foreach (var call in new Func<Task>[] { () => bucket.FindAsync(Key, Cancel), () => bucket.PutAsync(Key, _content[..100], Cancel), () => bucket.ReadAsync(Key, 10, Cancel) })
        {
            _proxy!.Requests.Clear();
            var error = await Assert.ThrowsAsync<S3Exception>(call);
            Assert.Contains($"'{_options.DatasetBucket}' of the S3 server {_proxy.Endpoint}: the server refuses the access key (", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(_options.SecretKey, error.ToString(), StringComparison.Ordinal);
            Assert.Single(_proxy.Requests);
        }
    }

    [Fact]
    public async Task A_bucket_that_is_missing_is_an_error_and_an_object_that_is_missing_is_none()
    {
        var bucket = Behind(_ => Fault.None);
        // A small one: of a large one the server may close the connection before all of it is sent, and its answer is lost with that.
        var error = await Assert.ThrowsAsync<S3Exception>(() => bucket.PutAsync(Key, _content[..100], Cancel));
        Assert.Equal($"Cannot write '{Key}' in the bucket '{_options.DatasetBucket}' of the S3 server {_proxy!.Endpoint}: there is no such bucket.", error.Message);
        await Assert.ThrowsAsync<S3Exception>(() => bucket.ReadAsync(Key, 10, Cancel));

        await MakeAsync();

        Assert.Null(await bucket.FindAsync(Key, Cancel));
        Assert.Null(await bucket.ReadAsync(Key, 10, Cancel));
    }

    [Fact]
    public async Task A_server_that_is_down_is_an_error_that_names_it()
    {
        _options.Endpoint = "http://127.0.0.1:1";
        var bucket = BucketOf(new HurriedTime());

        var error = await Assert.ThrowsAsync<S3Exception>(() => bucket.EnsureAsync(Cancel));

        Assert.StartsWith($"Cannot make the bucket '{_options.DatasetBucket}' of the S3 server http://127.0.0.1:1: the server cannot be reached (", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Makes the bucket, and an object in it, by the straight way.</summary>
    private async Task<S3Bucket> MakeAsync(byte[]? content = null)
    {
        var bucket = BucketOf(TimeProvider.System);
        await bucket.EnsureAsync(Cancel);
        if (content is not null)
        {
            await bucket.PutAsync(Key, content, Cancel);
        }

        return bucket;
    }

    private S3Bucket Behind(Func<string, Fault> choose, TimeProvider? time = null) => Behind(line => ValueTask.FromResult(choose(line)), time);

    private S3Bucket Behind(Func<string, ValueTask<Fault>> choose, TimeProvider? time = null)
    {
        _proxy = new FaultProxy(test.Endpoint, choose);
        _options.Endpoint = _proxy.Endpoint;
        return BucketOf(time ?? TimeProvider.System);
    }

    private S3Bucket BucketOf(TimeProvider time)
    {
        // A connection of its own for the settings of this moment.
        var server = new S3Server(
            new MinioOptions { Endpoint = _options.Endpoint, AccessKey = _options.AccessKey, SecretKey = _options.SecretKey, Region = _options.Region }, time);
        _servers.Add(server);
        return server.Bucket(_options.DatasetBucket);
    }

    private static async Task<byte[]> ReadAsync(S3Bucket bucket)
    {
        await using var stream = await bucket.OpenAsync((await bucket.FindAsync(Key, Cancel))!, 0, Cancel);
        using var read = new MemoryStream();
        await stream.CopyToAsync(read, Cancel);
        return read.ToArray();
    }

    private static string RangeOf(string head) =>
        head.Split("\r\n").FirstOrDefault(l => l.StartsWith("Range: ", StringComparison.OrdinalIgnoreCase))?["Range: ".Length..] ?? "";
}
