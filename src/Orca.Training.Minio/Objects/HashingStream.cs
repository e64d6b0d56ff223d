using System.Buffers;
using System.Security.Cryptography;
using Orca.Training.Files;

namespace Orca.Training.Minio.Objects;

/// <summary>
/// Reads what has been read of a stream already, and then the rest of it, and hashes all of it on the way. What was read last is hashed while its reader sends it:
/// a copy of it, since the reader may do with its buffer what it likes by then. It disposes neither.
/// </summary>
internal sealed class HashingStream(Stream begun, Stream rest) : ForwardStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _size;
    private Task _hashing = Task.CompletedTask;

    /// <summary>What was read, when all of it was.</summary>
    public async ValueTask<ContentHash> FinishAsync()
    {
        await _hashing;
        return new ContentHash(_size, Convert.ToHexStringLower(_hash.GetHashAndReset()));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await begun.ReadAsync(buffer, cancellationToken);
        if (read == 0)
        {
            read = await rest.ReadAsync(buffer, cancellationToken);
        }

        // One after the other, so that no more than one copy waits.
        await _hashing;
        _hashing = HashAsync(buffer[..read]);
        _size += read;
        return read;
    }

    public override async ValueTask DisposeAsync()
    {
        await _hashing;
        _hash.Dispose();
        await base.DisposeAsync();
    }

    private Task HashAsync(ReadOnlyMemory<byte> content)
    {
        if (content.IsEmpty)
        {
            return Task.CompletedTask;
        }

        var copy = ArrayPool<byte>.Shared.Rent(content.Length);
        content.CopyTo(copy);
        var length = content.Length;
        return Task.Run(() =>
        {
            _hash.AppendData(copy, 0, length);
            ArrayPool<byte>.Shared.Return(copy);
        });
    }
}
