using System.Runtime.CompilerServices;

namespace Orca.Training.Client;

/// <summary>
/// The checks around every call of a client: limits, permission, errors, and the audit log. Ownership of single objects is checked by the views of
/// the stores.
/// </summary>
/// <param name="errors">Translates exceptions for callers.</param>
/// <param name="rights">The rights of the caller; null for the application itself, which may do anything.</param>
/// <param name="budget">The remaining limits of the caller; null for no limits.</param>
/// <param name="audit">The audit log; null for the application itself.</param>
internal sealed class CallGuard(ClientErrors errors, CallerRights? rights = null, CallerBudget? budget = null, CallerAudit? audit = null)
{
    public ClientErrors Errors => errors;

    /// <summary>The remaining limits of the caller; null for no limits.</summary>
    public CallerBudget? Budget => budget;

    /// <summary>Runs a call.</summary>
    public Task<T> AskAsync<T>(Operation operation, Func<ValueTask<T>> ask, CancellationToken cancellationToken) =>
        AskAsync(operation, ask, static (ask, _) => ask(), cancellationToken);

    /// <summary>Runs a call whose function captures nothing, so that frequent calls do not allocate it.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="state">What the function needs.</param>
    /// <param name="ask">The call.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<T> AskAsync<TState, T>(
        Operation operation, TState state, Func<TState, CancellationToken, ValueTask<T>> ask, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var stream = Enter(operation, operation.Kind is OperationKind.Upload);
        try
        {
            return await ask(state, cancellationToken);
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

    /// <summary>Runs a call that streams. Items before an error are returned.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(Operation operation, IAsyncEnumerable<T> stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var open = Enter(operation, isStream: true);
        await foreach (var item in errors.GuardAsync(stream, operation.Member, cancellationToken).WithCancellation(cancellationToken))
        {
            yield return item;
        }
    }

    /// <summary>Records a change by the caller.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="subject">The changed object, such as <c>job 17</c>.</param>
    /// <param name="team">The team that owns it.</param>
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
