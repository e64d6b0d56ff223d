namespace Orca.Training.Docker.Delivery;

/// <summary>The engine's end of a copy: tells whenever something moved through it, and whether it was this end that broke.</summary>
internal sealed class WatchedStream(Stream inner, Action moved) : Stream
{
    /// <summary>Whether an operation on it failed.</summary>
    public bool IsBroken { get; private set; }

    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The client's stream takes a read of nothing for one at its end.
        if (buffer.IsEmpty)
        {
            return 0;
        }

        IsBroken = true;
        var read = await inner.ReadAsync(buffer, cancellationToken);
        IsBroken = false;
        moved();
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (count == 0)
        {
            return 0;
        }

        IsBroken = true;
        var read = inner.Read(buffer, offset, count);
        IsBroken = false;
        moved();
        return read;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        IsBroken = true;
        await inner.WriteAsync(buffer, cancellationToken);
        IsBroken = false;
        moved();
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        IsBroken = true;
        inner.Write(buffer, offset, count);
        IsBroken = false;
        moved();
    }

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
