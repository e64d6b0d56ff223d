using Grpc.Core;
using Orca.Training.Client;
using Orca.Training.Files;
using Wire = Orca.Training.Grpc.Wire;

namespace Orca.Training.AspNetCore.Service;

/// <summary>One file of an upload, read from the messages as it is asked for: the caller sends no faster than it is stored.</summary>
internal sealed class UploadStream(IAsyncStreamReader<Wire.AddDatasetRequest> requests, string name) : Stream
{
    private ReadOnlyMemory<byte> _left;
    private bool _isComplete;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="TrainingException">The messages end before the file does.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_left.IsEmpty)
        {
            if (_isComplete)
            {
                return 0;
            }

            if (!await requests.MoveNext(cancellationToken).ConfigureAwait(false))
            {
                throw TrainingException.Invalid("content", $"The messages end before the file {PlainName.Quoted(name)} does: send its bytes, and the last of them with ends_file.");
            }

            _left = requests.Current.Content.Memory;
            _isComplete = requests.Current.EndsFile;
        }

        var length = Math.Min(buffer.Length, _left.Length);
        _left[..length].CopyTo(buffer);
        _left = _left[length..];
        return length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
