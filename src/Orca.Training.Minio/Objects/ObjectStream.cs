using System.Net;
using Orca.Training.Files;

namespace Orca.Training.Minio.Objects;

/// <summary>
/// Reads an object from the server as it is asked for, with no buffer of its own. A connection that breaks, stands still or ends early is
/// made anew and reading goes on where it was, as long as the object has not changed.
/// </summary>
internal sealed class ObjectStream(S3Bucket bucket, S3Object found, long offset, TimeProvider time) : ForwardStream
{
    private const int Tries = 5;
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.2);

    private long _position = offset;
    private HttpResponseMessage? _answer;
    private Stream? _body;

    /// <summary>Asks for the object, so that what is wrong with it is said now.</summary>
    public Task ConnectAsync(CancellationToken cancellationToken) => bucket.CallAsync("read", found.Key, async () =>
    {
        Disconnect();
        _answer = await bucket.GetAsync(found.Key, _position, found.ETag, cancellationToken);
        if (_position > 0 && _answer.StatusCode is not HttpStatusCode.PartialContent)
        {
            throw new IOException("the server does not return a part of it");
        }

        _body = await _answer.Content.ReadAsStreamAsync(cancellationToken);
        return true;
    }, cancellationToken);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= found.Size || buffer.Length == 0)
        {
            return 0;
        }

        // No more than there should be: what a server adds is not the object's.
        var wanted = (int)Math.Min(buffer.Length, found.Size - _position);
        for (var tries = 1; ; tries++)
        {
            try
            {
                if (_body is null)
                {
                    await ConnectAsync(cancellationToken);
                }

                var read = await ReadInTimeAsync(buffer[..wanted], cancellationToken);
                if (read > 0)
                {
                    _position += read;
                    return read;
                }

                throw new IOException("the connection ended before the object did");
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not S3Exception { Status: not null })
            {
                Disconnect();
                if (tries == Tries)
                {
                    throw e as S3Exception ?? bucket.Failure("read", found.Key, $"after {_position} of {found.Size} bytes, {e.Message.TrimEnd('.')}", inner: e);
                }
            }

            await Task.Delay(FirstPause * Math.Pow(2, tries - 1), time, cancellationToken);
        }
    }

    protected override void Dispose(bool disposing)
    {
        Disconnect();
        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadInTimeAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var reading = _body!.ReadAsync(buffer, cancellationToken);
        if (reading.IsCompleted)
        {
            return await reading;
        }

        using var over = new CancellationTokenSource(LongestSilence, time);

        // Whoever waits for a body that stands still is let go by its connection's end.
        await using var ends = over.Token.UnsafeRegister(static stream => ((ObjectStream)stream!).Disconnect(), this);
        return await reading;
    }

    private void Disconnect()
    {
        Interlocked.Exchange(ref _body, null)?.Dispose();
        Interlocked.Exchange(ref _answer, null)?.Dispose();
    }
}
