using Grpc.Core;
using Orca.Training.Client;
using Orca.Training.Files;
using Wire = Orca.Training.Grpc.Wire;

namespace Orca.Training.AspNetCore.Service;

/// <summary>One file of an upload, read from the messages as it is asked for: the caller sends no faster than it is stored.</summary>
internal sealed class UploadStream(IAsyncStreamReader<Wire.AddDatasetRequest> requests, string name) : ForwardStream
{
    private ReadOnlyMemory<byte> _left;
    private bool _isComplete;

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
                throw TrainingException.Invalid("content", $"The messages end before the file {PlainName.Quoted(name)} is complete: send all its bytes, and set ends_file in its last message.");
            }

            _left = requests.Current.Content.Memory;
            _isComplete = requests.Current.EndsFile;
        }

        var length = Math.Min(buffer.Length, _left.Length);
        _left[..length].CopyTo(buffer);
        _left = _left[length..];
        return length;
    }
}
