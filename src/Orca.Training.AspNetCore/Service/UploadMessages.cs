using Grpc.Core;
using Orca.Training.Client;
using static System.FormattableString;
using Wire = Orca.Training.Grpc.Wire;

namespace Orca.Training.AspNetCore.Service;

/// <summary>
/// The messages of an upload, with a time limit for each message and one for all, so that a stalled upload holds no resources.
/// </summary>
/// <param name="messages">The messages.</param>
/// <param name="limits">The time limits.</param>
/// <param name="time">The clock.</param>
internal sealed class UploadMessages(IAsyncStreamReader<Wire.AddDatasetRequest> messages, RequestLimits limits, TimeProvider time)
    : IAsyncStreamReader<Wire.AddDatasetRequest>
{
    private readonly long _begun = time.GetTimestamp();
    private bool _isAhead;
    private bool _isThere;

    public Wire.AddDatasetRequest Current => messages.Current;

    /// <summary>
    /// Waits for the next message without consuming it: an upload takes a slot only when it has sent something besides its header.
    /// </summary>
    /// <exception cref="TrainingException">None comes in time.</exception>
    public async Task AwaitAsync(CancellationToken cancellationToken)
    {
        _isThere = await MoveNext(cancellationToken).ConfigureAwait(false);
        _isAhead = true;
    }

    /// <exception cref="TrainingException">None comes in time.</exception>
    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (_isAhead)
        {
            _isAhead = false;
            return _isThere;
        }

        var left = limits.UploadTime - time.GetElapsedTime(_begun);
        if (left <= TimeSpan.Zero)
        {
            throw TooLong();
        }

        using var limit = new CancellationTokenSource(left < limits.UploadIdle ? left : limits.UploadIdle, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await messages.MoveNext(either.Token).ConfigureAwait(false);
        }
        catch (IOException e) when (!limit.IsCancellationRequested)
        {
            throw BrokenOff(e);
        }
        catch (Exception e) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested
            && (e is OperationCanceledException or RpcException or IOException))
        {
            throw left < limits.UploadIdle ? TooLong() : new TrainingException(
                TrainingError.ResourceExhausted, Invariant($"The upload was ended because it sent nothing for {limits.UploadIdle}. Nothing was stored; send it again."));
        }
    }

    // A reset is seen here before the call is known to have ended: it is the caller's, and no error of this host.
    private static TrainingException BrokenOff(Exception cause) => new(TrainingError.InvalidArgument, "The upload was interrupted. Nothing was stored; send it again.", inner: cause);

    private TrainingException TooLong() => new(
        TrainingError.ResourceExhausted, Invariant($"The upload was ended because it took longer than {limits.UploadTime}. Nothing was stored; send less at once."));
}
