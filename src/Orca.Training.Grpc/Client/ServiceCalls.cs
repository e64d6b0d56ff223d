using Grpc.Core;
using Orca.Training.Client;

namespace Orca.Training.Grpc;

/// <summary>Calls of a service elsewhere, with what they meet as the one exception that callers know.</summary>
/// <param name="name">Names the service in a sentence.</param>
internal sealed class ServiceCalls(string name)
{
    /// <summary>Names the service in a sentence.</summary>
    public string Name => name;

    public async Task<T> AskAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            using var call = ask(new CallOptions(cancellationToken: cancellationToken));
            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (Exception exception) when (Translated(exception, cancellationToken) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>A call that is sent in messages. A service may refuse it before all are sent: its own answer says more than the broken stream.</summary>
    public async Task<TAnswer> SendAsync<TPart, TAnswer>(
        Func<CallOptions, AsyncClientStreamingCall<TPart, TAnswer>> begin, IEnumerable<TPart> parts, CancellationToken cancellationToken)
    {
        try
        {
            using var call = begin(new CallOptions(cancellationToken: cancellationToken));
            try
            {
                foreach (var part in parts)
                {
                    await call.RequestStream.WriteAsync(part, cancellationToken).ConfigureAwait(false);
                }

                await call.RequestStream.CompleteAsync().ConfigureAwait(false);
            }
            catch (Exception broken) when (broken is RpcException or InvalidOperationException && !cancellationToken.IsCancellationRequested)
            {
                // Told by the answer.
            }

            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (Exception exception) when (Translated(exception, cancellationToken) is { } translated)
        {
            throw translated;
        }
    }

    public async ValueTask<bool> NextAsync<T>(IAsyncStreamReader<T> stream, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.MoveNext(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (Translated(exception, cancellationToken) is { } translated)
        {
            throw translated;
        }
    }

    // Null: the exception is what the caller is to see.
    public Exception? Translated(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        RpcException { StatusCode: StatusCode.Cancelled } when cancellationToken.IsCancellationRequested =>
            new OperationCanceledException("The call was cancelled by its caller.", exception, cancellationToken),
        RpcException failed => ErrorMapping.FromRpc(failed, name),
        // A channel can be set to say so when a deadline passes, too.
        OperationCanceledException when !cancellationToken.IsCancellationRequested =>
            new TrainingException(TrainingError.Unavailable, $"{name} did not answer in time.", inner: exception),
        _ => null,
    };

    /// <summary>All messages of a stream.</summary>
    public async Task<List<T>> ReadAllAsync<TWire, T>(Func<CallOptions, AsyncServerStreamingCall<TWire>> ask, Func<TWire, T> map, CancellationToken cancellationToken)
    {
        var all = new List<T>();
        using var call = ask(new CallOptions(cancellationToken: cancellationToken));
        while (await NextAsync(call.ResponseStream, cancellationToken).ConfigureAwait(false))
        {
            all.Add(map(call.ResponseStream.Current));
        }

        return all;
    }
}
