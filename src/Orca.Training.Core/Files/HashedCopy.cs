using System.Buffers;
using System.Security.Cryptography;

namespace Orca.Training.Files;

/// <summary>How much a stream held, and the SHA-256 of it in lower-case hex.</summary>
internal readonly record struct ContentHash(long Size, string Sha256);

/// <summary>Reads a stream once, hashing it on the way; its memory is one buffer, whatever the stream's length.</summary>
internal static class HashedCopy
{
    // Large enough that system calls do not show beside the hash, small enough to come from the shared pool.
    private const int BufferSize = 128 * 1024;

    /// <summary>Hashes what is left of a stream.</summary>
    public static Task<ContentHash> HashAsync(Stream source, CancellationToken cancellationToken) =>
        RunAsync(source, destination: null, cancellationToken);

    /// <summary>Copies what is left of a stream, and hashes it.</summary>
    public static async Task<ContentHash> RunAsync(Stream source, Stream? destination, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long size = 0;
            int read;
            while ((read = await source.ReadAsync(buffer, cancellationToken)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                if (destination is not null)
                {
                    await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                }

                size += read;
            }

            return new ContentHash(size, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Opens a file for one pass from its start to its end.</summary>
    public static FileStream OpenToRead(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        // No lock: a reader must never be in the way of another process, nor be kept out by one.
        Share = FileShare.ReadWrite | FileShare.Delete,
        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
        BufferSize = 0,
    });
}
