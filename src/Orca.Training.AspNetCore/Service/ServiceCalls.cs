using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orca.Training.Client;
using Orca.Training.Grpc;

namespace Orca.Training.AspNetCore.Service;

/// <summary>What all services have in common: errors as the contract has them, and streams that end with the host.</summary>
internal sealed class ServiceCalls(IHostApplicationLifetime lifetime, ILogger logger)
{
    /// <summary>Tells a stream. A host that stops would otherwise wait for it, and it may last as long as a training.</summary>
    public async Task StreamAsync(ServerCallContext context, string wayOut, Func<CancellationToken, Task> tell)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await tell(end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw new TrainingException(TrainingError.Unavailable, $"The training service's host is stopping: {wayOut}.");
        }
    }

    /// <summary>Answers a call; what it meets is an error of the contract.</summary>
    public Task<T> AnswerAsync<T>(ServerCallContext context, Func<ValueTask<T>> answer) =>
        AnswerAsync(context, answer, static (answer, _) => answer());

    /// <summary>Answers a call with a function that captures nothing, so that frequent calls do not allocate it.</summary>
    public async Task<T> AnswerAsync<TRequest, T>(ServerCallContext context, TRequest request, Func<TRequest, ServerCallContext, ValueTask<T>> answer)
    {
        try
        {
            return await answer(request, context).ConfigureAwait(false);
        }
        catch (TrainingException refusal)
        {
            throw ErrorMapping.ToRpc(refusal);
        }
        catch (Exception late) when (context.CancellationToken.IsCancellationRequested)
        {
            // Nobody waits for this answer any more, and what the call met on its way out mostly follows from that.
            Log.CancelledCall(logger, late, context.Method);
            throw new RpcException(new Status(StatusCode.Cancelled, "The call was cancelled."));
        }
        catch (Exception unexpected)
        {
            Log.UnexpectedError(logger, unexpected, context.Method);
            throw ErrorMapping.ToRpc(new TrainingException(TrainingError.Internal, "The training service failed with an unexpected error; its log has the details."));
        }
    }
}
