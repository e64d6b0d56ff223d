using System.Security.Cryptography;
using Orca.Training.Files;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>
/// Reads a published file and holds it against what was published: whoever read it from its start to its end without an exception has that
/// very file, and who began later has as many bytes.
/// </summary>
/// <param name="inner">The file, from the offset on.</param>
/// <param name="name">Its name.</param>
/// <param name="size">How many bytes all of it has.</param>
/// <param name="sha256">The hash of all of it, lower-case hex.</param>
/// <param name="offset">How many bytes were left out.</param>
/// <param name="translated">What a reader is told of an exception; null for the exception itself.</param>
internal sealed class CheckedStream(
    Stream inner, string name, long size, string sha256, long offset = 0, Func<Exception, CancellationToken, Exception?>? translated = null) : ForwardStream
{
    private readonly IncrementalHash? _hash = offset == 0 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    private long _position = offset;
    private bool _isChecked;

    public override long Length => size;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <exception cref="TrainingException">It is not what was published, or it cannot be read now.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await ReadInnerAsync(buffer, cancellationToken);
        _hash?.AppendData(buffer.Span[..read]);
        _position += read;

        // With the last byte and not after it: who passes the bytes on, with their number told before, has no other moment to break off.
        if (_isChecked ? read > 0 : _position >= size || (read == 0 && buffer.Length > 0))
        {
            _isChecked = true;
            Check();
        }

        return read;
    }

    public override async ValueTask DisposeAsync()
    {
        _hash?.Dispose();
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash?.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadInnerAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (translated?.Invoke(e, cancellationToken) is { } told)
        {
            throw told;
        }
    }

    private void Check()
    {
        if (_position != size)
        {
            throw Differs(Invariant($"that had {size} bytes, and reading it ended at {_position}"));
        }

        if (_hash is not null && Convert.ToHexStringLower(_hash.GetHashAndReset()) is var found && found != sha256)
        {
            throw Differs(Invariant($"that had the SHA-256 {sha256}, and what was read has {found}"));
        }
    }

    private TrainingException Differs(string how) => new(TrainingError.Internal, $"'{name}' is not what was published: {how}. Do not use it.");
}
