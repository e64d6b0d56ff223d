using Grpc.Core;
using Orca.Training.Client;
using Orca.Training.Files;

namespace Orca.Training.Grpc;

/// <summary>A file that comes in messages, read as it is asked for: the service sends no faster than that.</summary>
internal sealed class DownloadStream : ForwardStream
{
    private readonly ServiceCalls _calls;
    private readonly AsyncServerStreamingCall<Wire.FileChunk> _call;
    private ReadOnlyMemory<byte> _left;
    private bool _isDisposed;

    private DownloadStream(ServiceCalls calls, AsyncServerStreamingCall<Wire.FileChunk> call)
    {
        _calls = calls;
        _call = call;
    }

    /// <summary>Begins a download; from its start, it is checked at its end.</summary>
    public static async Task<Stream> OpenAsync(
        ServiceCalls calls, Func<CallOptions, AsyncServerStreamingCall<Wire.FileChunk>> ask, long offset, CancellationToken cancellationToken)
    {
        // The token is for the beginning, not for the call: who reads gives one with each read, and disposing ends it.
        cancellationToken.ThrowIfCancellationRequested();
        var call = ask(default);
        try
        {
            if (!await calls.NextAsync(call.ResponseStream, cancellationToken).ConfigureAwait(false) || call.ResponseStream.Current.Facts is not { } facts)
            {
                throw new TrainingException(TrainingError.Internal, "The service does not report which file it sends: it has another version.");
            }

            var stream = new DownloadStream(calls, call);
            return new CheckedStream(stream, facts.Name, facts.Size, facts.Sha256, offset);
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_left.IsEmpty)
        {
            if (!await _calls.NextAsync(_call.ResponseStream, cancellationToken).ConfigureAwait(false))
            {
                return 0;
            }

            _left = _call.ResponseStream.Current.Content.Memory;
        }

        var length = Math.Min(buffer.Length, _left.Length);
        _left[..length].CopyTo(buffer);
        _left = _left[length..];
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _call.Dispose();
        }

        base.Dispose(disposing);
    }
}
