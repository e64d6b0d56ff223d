using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Orca.Training.Datasets;
using Orca.Training.Files;
using Orca.Training.Minio.Objects;

namespace Orca.Training.Minio.Datasets;

/// <summary>
/// Reads the files of an add, one after the other, and knows their hashes then. Little ones are held in memory, up to a bound in all; what is more goes
/// to the server and waits there, under a name of this add alone.
/// </summary>
internal sealed class Preparation(S3Bucket bucket) : IAsyncDisposable
{
    private const int LargestHeldFile = 8 << 20;
    private const long MostHeld = 64L << 20;
    private const int UploadsAtOnce = 8;

    private readonly string _prefix = $"{DatasetKeys.Adding}{RandomNumberGenerator.GetHexString(20, lowercase: true)}/";
    private readonly SemaphoreSlim _places = new(UploadsAtOnce);
    private readonly List<Task> _uploads = [];
    private readonly List<string> _staged = [];
    private long _held;
    private volatile ExceptionDispatchInfo? _failed;

    public async Task<IReadOnlyList<PreparedFile>> RunAsync(IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
    {
        var prepared = new List<PreparedFile>(files.Count);
        foreach (var file in files)
        {
            // The rest would fail as well, each after all its tries.
            _failed?.Throw();

            await using var source = await file.Open(cancellationToken);
            prepared.Add(await PrepareAsync(file.Name, source, cancellationToken));
        }

        await Task.WhenAll(_uploads);
        return prepared;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var upload in _uploads)
        {
            // Its error, if it has one, was told by who waited for all of them.
            await upload.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _places.Dispose();
        if (_staged.Count > 0)
        {
            try
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
                await bucket.RemoveAsync(_staged.ToAsyncEnumerable(), limit.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // It costs room only, and a later add removes it; it must not stand in for the error that made this one give up.
            }
        }
    }

    private async Task<PreparedFile> PrepareAsync(string name, Stream source, CancellationToken cancellationToken)
    {
        var buffer = new MemoryStream();
        if (!await FillAsync(buffer, source, LargestHeldFile, cancellationToken))
        {
            var content = await StageLargeAsync(buffer, source, cancellationToken);
            return new PreparedFile(new SnapshotFile(name, content.Hash.Size, content.Hash.Sha256), null, content.Key);
        }

        var bytes = buffer.ToArray();
        var file = new SnapshotFile(name, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        if (_held + bytes.Length <= MostHeld)
        {
            _held += bytes.Length;
            return new PreparedFile(file, bytes, null);
        }

        var key = NewKey();
        await _places.WaitAsync(cancellationToken);
        _uploads.Add(UploadAsync(key, bytes, cancellationToken));
        return new PreparedFile(file, null, key);
    }

    /// <summary>Reads up to so many bytes.</summary>
    /// <returns>Whether that was all.</returns>
    private static async Task<bool> FillAsync(MemoryStream buffer, Stream source, int limit, CancellationToken cancellationToken)
    {
        var piece = new byte[128 * 1024];
        while (buffer.Length <= limit)
        {
            var read = await source.ReadAsync(piece, cancellationToken);
            if (read == 0)
            {
                return true;
            }

            buffer.Write(piece, 0, read);
        }

        return false;
    }

    private async Task UploadAsync(string key, byte[] content, CancellationToken cancellationToken)
    {
        try
        {
            await bucket.PutAsync(key, content, cancellationToken);
        }
        catch (Exception e)
        {
            _failed = ExceptionDispatchInfo.Capture(e);
            throw;
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>The server has to be told the size first: a source that does not know its own is copied to the disk.</summary>
    private async Task<(string Key, ContentHash Hash)> StageLargeAsync(MemoryStream begun, Stream source, CancellationToken cancellationToken)
    {
        var key = NewKey();
        begun.Position = 0;
        if (source.CanSeek)
        {
            await using var content = new HashingStream(begun, source);
            await bucket.PutAsync(key, content, begun.Length + source.Length - source.Position, cancellationToken);
            return (key, await content.FinishAsync());
        }

        await using var spool = new FileStream(
            Path.Combine(Path.GetTempPath(), $"orca-{RandomNumberGenerator.GetHexString(20, lowercase: true)}"),
            OfHostAlone(new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous, BufferSize = 0 }));
        ContentHash hash;
        await using (var content = new HashingStream(begun, source))
        {
            await content.CopyToAsync(spool, cancellationToken);
            hash = await content.FinishAsync();
        }

        spool.Position = 0;
        await bucket.PutAsync(key, spool, hash.Size, cancellationToken);
        return (key, hash);
    }

    private string NewKey()
    {
        var key = _prefix + _staged.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        _staged.Add(key);
        return key;
    }

    /// <summary>The folder of temporary files is everybody's, and what is in this one is not.</summary>
    private static FileStreamOptions OfHostAlone(FileStreamOptions options)
    {
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
