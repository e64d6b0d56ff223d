using System.Data.Common;
using Microsoft.Extensions.Logging;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs.Storage;
using Orca.Training.Text;

namespace Orca.Training.Client;

/// <summary>What callers are told of the exceptions that a call meets: the same as over gRPC.</summary>
internal sealed class ClientErrors(ILogger logger)
{
    /// <summary>
    /// What the caller is to see instead; null if it is to see the exception itself. Made for the filter of a catch, so that a call that
    /// goes well pays nothing.
    /// </summary>
    public Exception? Translated(Exception exception, string call, CancellationToken cancellationToken, string store = "job store")
    {
        switch (exception)
        {
            case TrainingException:
            case OperationCanceledException when cancellationToken.IsCancellationRequested:
                return null;
            case var _ when cancellationToken.IsCancellationRequested:
                // Nobody waits for an answer any more, and what the call met on its way out mostly follows from that.
                return new OperationCanceledException("The call was cancelled by its caller.", exception, cancellationToken);
            case JobStoreUnavailableException or IOException or TimeoutException or DbException { IsTransient: true }:
                logger.StoreUnavailable(exception, call);
                return new TrainingException(TrainingError.Unavailable, $"The {store} is not available now: {HostPaths.Without(exception.Message)}", inner: exception);
            default:
                logger.UnexpectedError(exception, call);
                return new TrainingException(TrainingError.Internal, "The training service failed with an unexpected error; its log has the details.", inner: exception);
        }
    }

    /// <summary>A stream whose exceptions are translated; what came before them is told.</summary>
    public async IAsyncEnumerable<T> GuardAsync<T>(IAsyncEnumerable<T> stream, string call, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var items = stream.GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(items, call, cancellationToken))
        {
            yield return items.Current;
        }
    }

    private async ValueTask<bool> NextAsync<T>(IAsyncEnumerator<T> items, string call, CancellationToken cancellationToken)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (Exception e) when (Translated(e, call, cancellationToken) is { } translated)
        {
            throw translated;
        }
    }
}
