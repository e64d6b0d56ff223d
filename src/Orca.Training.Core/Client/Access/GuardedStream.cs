using Orca.Training.Files;

namespace Orca.Training.Client;

/// <summary>An open file. Closing it releases its place in the caller's limits.</summary>
internal sealed class GuardedStream(Stream inner, IDisposable place) : ForwardStream
{
    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        place.Dispose();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            place.Dispose();
        }

        base.Dispose(disposing);
    }
}
