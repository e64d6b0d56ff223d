using System.Globalization;
using System.Runtime.CompilerServices;
using Minio.DataModel.Args;
using Minio.Exceptions;

namespace Orca.Training.Minio.Objects;

/// <summary>
/// A bucket's objects. Each call that fails throws one exception, <see cref="S3Exception"/>, that names bucket and key, whatever the client
/// or the connection made of it. Thread-safe.
/// </summary>
internal sealed class S3Bucket(S3Server server, string name)
{
    // What the client sends as one request; more goes in parts.
    private const int SmallestInParts = 5 << 20;

    private static readonly TimeSpan LongestCleaning = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OwnUrls = TimeSpan.FromMinutes(15);

    public string Name => name;

    /// <summary>Makes the bucket, if there is none.</summary>
    public Task EnsureAsync(CancellationToken cancellationToken) => CallAsync("make", "", async () =>
    {
        try
        {
            await server.Client.MakeBucketAsync(new MakeBucketArgs().WithBucket(name).WithLocation(server.Options.Region), cancellationToken);
        }
        catch (RefusedException e) when (e.Refusal.Code is "BucketAlreadyOwnedByYou" or "BucketAlreadyExists" or "AccessDenied")
        {
            // It is there, or its absence is told by who uses it: a host need not have the right to make it.
        }

        return true;
    }, cancellationToken);

    /// <summary>Writes an object of a known size; it is there as a whole or not at all. A large one goes in parts, of which one is in memory.</summary>
    public Task PutAsync(string key, Stream content, long size, CancellationToken cancellationToken) => CallAsync("write", key, async () =>
    {
        try
        {
            await server.Client.PutObjectAsync(new PutObjectArgs().WithBucket(name).WithObject(key).WithStreamData(content).WithObjectSize(size), cancellationToken);
        }
        catch when (size > SmallestInParts)
        {
            await RemovePartsAsync(key);
            throw;
        }

        return true;
    }, cancellationToken);

    /// <summary>The keys below a prefix of uploads in parts that were begun and not finished, and when they were begun: their parts take room, and are no objects.</summary>
    public async IAsyncEnumerable<(string Key, DateTimeOffset BegunAt)> ListUnfinishedAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var list = server.Client.ListIncompleteUploadsEnumAsync(new ListIncompleteUploadsArgs().WithBucket(name).WithPrefix(prefix).WithRecursive(true), cancellationToken);
        await using var uploads = list.GetAsyncEnumerator(cancellationToken);
        while (await CallAsync("list the unfinished uploads below", prefix, async () => await uploads.MoveNextAsync(), cancellationToken))
        {
            yield return (uploads.Current.Key, DateTimeOffset.Parse(uploads.Current.Initiated, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
        }
    }

    /// <summary>Drops the parts of all unfinished uploads of a key.</summary>
    public Task RemoveUnfinishedAsync(string key, CancellationToken cancellationToken) => CallAsync("remove the parts of", key, async () =>
    {
        await server.Client.RemoveIncompleteUploadAsync(new RemoveIncompleteUploadArgs().WithBucket(name).WithObject(key), cancellationToken);
        return true;
    }, cancellationToken);

    public async Task PutAsync(string key, byte[] content, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(content, writable: false);
        await PutAsync(key, stream, content.Length, cancellationToken);
    }

    /// <summary>Copies an object within the server.</summary>
    public Task CopyAsync(string from, string key, CancellationToken cancellationToken) => CallAsync("copy", from, async () =>
    {
        await server.Client.CopyObjectAsync(
            new CopyObjectArgs().WithBucket(name).WithObject(key).WithCopyObjectSource(new CopySourceObjectArgs().WithBucket(name).WithObject(from)), cancellationToken);
        return true;
    }, cancellationToken);

    /// <summary>What is known of an object; null if there is none.</summary>
    public async Task<S3Object?> FindAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync("look at", key, async () =>
            {
                var found = await server.Client.StatObjectAsync(new StatObjectArgs().WithBucket(name).WithObject(key), cancellationToken);
                return new S3Object(key, found.Size, found.ETag.Trim('"'), found.LastModified);
            }, cancellationToken);
        }
        catch (S3Exception e) when (e.IsMissing)
        {
            return null;
        }
    }

    /// <summary>Reads an object from some byte on. What breaks on the way is read on, as long as the object is the same.</summary>
    /// <param name="found">The object, as it was found.</param>
    /// <param name="offset">How many bytes are left out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Stream> OpenAsync(S3Object found, long offset, CancellationToken cancellationToken)
    {
        if (offset >= found.Size)
        {
            return Stream.Null;
        }

        var stream = new ObjectStream(this, found, offset, server.Time);
        try
        {
            await stream.ConnectAsync(cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads a small object; null if there is none.</summary>
    /// <exception cref="S3Exception">It cannot be read, or is larger than it may be.</exception>
    public async Task<byte[]?> ReadAsync(string key, int limit, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync("read", key, async () =>
            {
                using var answer = await GetAsync(key, from: null, etag: null, cancellationToken);
                await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
                var buffer = new byte[limit + 1];
                var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
                return length <= limit ? buffer[..length] : throw new IOException($"It is larger than {limit} bytes, so it is not what belongs there.");
            }, cancellationToken);
        }
        catch (S3Exception e) when (e.IsMissing)
        {
            return null;
        }
    }

    /// <summary>The objects whose keys begin with a prefix, in the order of their keys.</summary>
    public async IAsyncEnumerable<S3Object> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in EnumerateAsync(prefix, isRecursive: true, cancellationToken))
        {
            yield return new S3Object(item.Key, checked((long)item.Size), item.ETag.Trim('"'), item.LastModifiedDateTime ?? default);
        }
    }

    /// <summary>What stands between a prefix, which ends in a slash, and the next slash: its folders, if it were one.</summary>
    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in EnumerateAsync(prefix, isRecursive: false, cancellationToken))
        {
            if (item.IsDir)
            {
                yield return item.Key[prefix.Length..].TrimEnd('/');
            }
        }
    }

    /// <summary>Deletes an object. None is no error.</summary>
    public Task RemoveAsync(string key, CancellationToken cancellationToken) => CallAsync("delete", key, async () =>
    {
        await server.Client.RemoveObjectAsync(new RemoveObjectArgs().WithBucket(name).WithObject(key), cancellationToken);
        return true;
    }, cancellationToken);

    /// <summary>Deletes objects, many at a time. None is no error.</summary>
    public async Task RemoveAsync(IAsyncEnumerable<string> keys, CancellationToken cancellationToken)
    {
        await foreach (var batch in keys.Chunk(1000).WithCancellation(cancellationToken))
        {
            var left = await CallAsync("delete", batch[0], () => server.Client.RemoveObjectsAsync(new RemoveObjectsArgs().WithBucket(name).WithObjects(batch), cancellationToken), cancellationToken);
            if (left.FirstOrDefault(e => e.Code is not (null or "NoSuchKey")) is { } error)
            {
                throw Failure("delete", error.Key, $"the server refuses it ({error.Code}){Sentence(error.Message)}", error.Code);
            }
        }
    }

    /// <summary>A URL by which somebody who has no key can read an object from the address that containers use, for a time.</summary>
    public string PresignForContainer(string key, TimeSpan lifetime) => server.Presign(server.ContainerEndpoint, name, key, lifetime);

    /// <summary>Asks for an object, from a byte on.</summary>
    internal async Task<HttpResponseMessage> GetAsync(string key, long? from, string? etag, CancellationToken cancellationToken)
    {
        // Not the client's own call: it does not take a range, and copies what it reads.
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Presign(server.Endpoint, name, key, OwnUrls));
        if (from > 0)
        {
            request.Headers.Range = new System.Net.Http.Headers.RangeHeaderValue(from, null);
        }

        if (etag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", $"\"{etag}\"");
        }

        return await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>Makes whatever a call throws one exception that says where.</summary>
    internal async Task<T> CallAsync<T>(string what, string key, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (!(e is OperationCanceledException && cancellationToken.IsCancellationRequested) && e is not S3Exception)
        {
            throw Told(what, key, e);
        }
    }

    internal S3Exception Failure(string what, string key, string why, string? code = null, System.Net.HttpStatusCode? status = null, Exception? inner = null) =>
        new($"Cannot {what} {(key.Length == 0 ? $"the bucket '{name}'" : $"'{key}' in the bucket '{name}'")} of the S3 server {server.Options.Endpoint}: {why}.", code, status, inner);

    private async Task RemovePartsAsync(string key)
    {
        // Not the caller's token: it may be what ended the upload.
        using var limit = new CancellationTokenSource(LongestCleaning, server.Time);
        try
        {
            await RemoveUnfinishedAsync(key, limit.Token);
        }
        catch (Exception e) when (e is S3Exception or OperationCanceledException)
        {
            // Their room is all that they cost, and a later add removes them; the upload's own error must not be lost for it.
        }
    }

    private async IAsyncEnumerable<global::Minio.DataModel.Item> EnumerateAsync(string prefix, bool isRecursive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var list = server.Client.ListObjectsEnumAsync(new ListObjectsArgs().WithBucket(name).WithPrefix(prefix).WithRecursive(isRecursive), cancellationToken);
        await using var items = list.GetAsyncEnumerator(cancellationToken);
        while (await CallAsync("list", prefix, async () => await items.MoveNextAsync(), cancellationToken))
        {
            yield return items.Current;
        }
    }

    private S3Exception Told(string what, string key, Exception e) => e switch
    {
        RefusedException { Refusal: var refusal } => Failure(what, key, WhyOf(refusal) + Sentence(refusal.Message), refusal.Code, refusal.Status),
        HttpRequestException or System.Net.Sockets.SocketException => Failure(what, key, $"the server cannot be reached ({e.Message.TrimEnd('.')})", inner: e),
        MinioException => Failure(what, key, e.Message.TrimEnd('.'), inner: e),
        _ => Failure(what, key, e.Message.TrimEnd('.'), inner: e),
    };

    private static string WhyOf(Refusal refusal) => refusal.Code switch
    {
        "NoSuchBucket" => "there is no such bucket",
        "NoSuchKey" or "NotFound" => "there is no such object",
        "AccessDenied" or "InvalidAccessKeyId" or "SignatureDoesNotMatch" => $"the server refuses the access key ({refusal.Code})",
        "PreconditionFailed" => "it was changed in the meantime",
        "SlowDown" or "ServiceUnavailable" => $"the server is busy ({refusal.Code})",
        _ => $"the server answered {(int)refusal.Status} ({refusal.Code})",
    };

    private static string Sentence(string? message) => string.IsNullOrWhiteSpace(message) ? "" : $": {message.Trim().TrimEnd('.')}";
}
