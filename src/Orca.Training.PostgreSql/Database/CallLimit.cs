namespace Orca.Training.PostgreSql.Database;

/// <summary>Bounds how long a call waits for the server, the wait for a connection included.</summary>
/// <param name="timeout">How long the server may give no answer.</param>
/// <param name="time">Measures it.</param>
/// <param name="database">Names the database to people.</param>
internal sealed class CallLimit(TimeSpan timeout, TimeProvider time, string database)
{
    /// <exception cref="Jobs.Storage.JobStoreUnavailableException">The server did not answer in time.</exception>
    public Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken) =>
        WithinAsync((_, token) => ask(token), cancellationToken);

    /// <summary>The same of an answer that comes in parts.</summary>
    /// <param name="ask">Asks, and says with each part that it has come: the time begins anew then, however long the whole answer is.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="Jobs.Storage.JobStoreUnavailableException">The server did not answer in time.</exception>
    public async Task<T> WithinAsync<T>(Func<Action, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await ask(() => late.CancelAfter(timeout), either.Token);
        }
        catch (Exception e) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw PostgreSqlErrors.Late(e, database, timeout);
        }
    }
}
