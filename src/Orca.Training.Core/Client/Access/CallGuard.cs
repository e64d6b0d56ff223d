using System.Runtime.CompilerServices;

namespace Orca.Training.Client;

/// <summary>
/// What lies around every call of a client, once: the caller's limits, whether the caller may do such a thing at all, what is told of what the call
/// meets, and the record of who did it. Whose the thing is that is asked for is said by the views of the stores behind it.
/// </summary>
/// <param name="errors">What callers are told.</param>
/// <param name="rights">What the caller may do; null for the application itself, which may do anything.</param>
/// <param name="budget">What the caller has left; null for no limits.</param>
/// <param name="audit">Where it goes on record who did what; null for the application, which keeps its own record.</param>
internal sealed class CallGuard(ClientErrors errors, CallerRights? rights = null, CallerBudget? budget = null, CallerAudit? audit = null)
{
    public ClientErrors Errors => errors;

    /// <summary>What the caller has left; null for no limits.</summary>
    public CallerBudget? Budget => budget;

    /// <summary>Answers a call.</summary>
    public async Task<T> AskAsync<T>(Operation operation, Func<ValueTask<T>> ask, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var stream = Enter(operation, operation.Kind is OperationKind.Upload);
        try
        {
            return await ask();
        }
        catch (Exception e) when (errors.Translated(e, operation.Member, cancellationToken, StoreOf(operation)) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Opens a file; it counts as a stream until it is closed.</summary>
    public async Task<Stream> OpenAsync(Operation operation, Func<ValueTask<Stream>> open, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var stream = Enter(operation, isStream: true);
        try
        {
            var opened = await open();
            return stream is null ? opened : new GuardedStream(opened, stream);
        }
        catch (Exception e)
        {
            stream?.Dispose();
            if (errors.Translated(e, operation.Member, cancellationToken, "store") is { } translated)
            {
                throw translated;
            }

            throw;
        }
    }

    /// <summary>Tells a stream; what came before an error is told.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(Operation operation, IAsyncEnumerable<T> stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var open = Enter(operation, isStream: true);
        await foreach (var item in errors.GuardAsync(stream, operation.Member, cancellationToken).WithCancellation(cancellationToken))
        {
            yield return item;
        }
    }

    /// <summary>Puts on record that the caller has changed something.</summary>
    /// <param name="operation">What was done.</param>
    /// <param name="subject">To what, such as <c>job 17</c>.</param>
    /// <param name="team">Whose that is.</param>
    public ValueTask RecordAsync(Operation operation, string subject, string? team) => audit?.RecordAsync(operation, subject, team) ?? ValueTask.CompletedTask;

    private static string StoreOf(Operation operation) => operation.Subject is Subject.Training ? "job store" : "store";

    private IDisposable? Enter(Operation operation, bool isStream)
    {
        budget?.Request();
        if (rights?.May(operation.Permission) is false)
        {
            throw Refusals.MayNot(rights, operation);
        }

        return isStream ? budget?.Stream() : null;
    }
}
