using System.Security.Cryptography;
using Orca.Training.Files;

namespace Orca.Training.Minio.Objects;

/// <summary>Reads what has been read of a stream already, and then the rest of it, and hashes all of it on the way. It disposes neither.</summary>
internal sealed class HashingStream(Stream begun, Stream rest) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _size;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>What was read, when all of it was.</summary>
    public ContentHash Finish() => new(_size, Convert.ToHexStringLower(_hash.GetHashAndReset()));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await begun.ReadAsync(buffer, cancellationToken);
        if (read == 0)
        {
            read = await rest.ReadAsync(buffer, cancellationToken);
        }

        _hash.AppendData(buffer.Span[..read]);
        _size += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = begun.Read(buffer, offset, count);
        read = read == 0 ? rest.Read(buffer, offset, count) : read;
        _hash.AppendData(buffer, offset, read);
        _size += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _hash.Dispose();
        base.Dispose(disposing);
    }
}
