using Npgsql;
using Orca.Training.Jobs.Storage;
using static System.FormattableString;

namespace Orca.Training.PostgreSql.Database;

/// <summary>
/// Who decides. The server's clock alone ends a lease, so that the hosts' clocks need not agree; and a new term begins under the lock of
/// all writes, so that none of an older term can come after it. It has a connection of its own, which it keeps: a host that answers very
/// many calls must not lose its lease because none is free.
/// </summary>
internal sealed class Leases(PostgreSqlDataSource data, string schema, CallLimit limit) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private NpgsqlConnection? _connection;

    /// <summary>Takes the connection before there are calls.</summary>
    public Task<bool> ConnectAsync(CancellationToken cancellationToken) => AskAsync(static (_, _) => Task.FromResult(true), cancellationToken);

    public Task<Fence?> AcquireAsync(string holder, TimeSpan duration, CancellationToken cancellationToken) =>
        AskAsync(
            async (connection, token) =>
            {
                if (!await IsToBeHadAsync(connection, holder, token))
                {
                    return null;
                }

                await using var batch = LockedBatch(
                    connection,
                    $"""
                    UPDATE {schema}.store
                    SET term = CASE WHEN holder = $1 THEN term ELSE term + 1 END, holder = $1, ends_at = clock_timestamp() + $2
                    WHERE holder IS NULL OR holder = $1 OR ends_at <= clock_timestamp()
                    RETURNING term
                    """);
                batch.BatchCommands[1].Parameters.Add(new NpgsqlParameter<string> { TypedValue = holder });
                batch.BatchCommands[1].Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = duration });
                await using var reader = await batch.ExecuteReaderAsync(token);
                await reader.NextResultAsync(token);
                return await reader.ReadAsync(token) ? new Fence(reader.GetInt64(0)) : default(Fence?);
            },
            cancellationToken);

    public Task<bool> ReleaseAsync(Fence fence, CancellationToken cancellationToken) =>
        AskAsync(
            async (connection, token) =>
            {
                await using var batch = LockedBatch(connection, $"UPDATE {schema}.store SET holder = NULL WHERE term = $1");
                batch.BatchCommands[1].Parameters.Add(new NpgsqlParameter<long> { TypedValue = fence.Term });
                await batch.ExecuteNonQueryAsync(token);
                return true;
            },
            cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // A question under way has its answer first, which the limit bounds.
        await _turn.WaitAsync();
        await DisconnectAsync();
        _turn.Release();
    }

    /// <summary>Hosts that wait ask again and again: what they ask must not stand in the way of writes.</summary>
    private async Task<bool> IsToBeHadAsync(NpgsqlConnection connection, string holder, CancellationToken cancellationToken)
    {
        await using var ask = new NpgsqlCommand($"SELECT holder IS NULL OR holder = $1 OR ends_at <= clock_timestamp() FROM {schema}.store", connection);
        ask.Parameters.Add(new NpgsqlParameter<string> { TypedValue = holder });
        return await ask.ExecuteScalarAsync(cancellationToken) is not false;
    }

    private NpgsqlBatch LockedBatch(NpgsqlConnection connection, string text)
    {
        var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Invariant($"SELECT pg_advisory_xact_lock({Schema.LockKey(schema, "write")})")));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(text));
        return batch;
    }

    private Task<T> AskAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> ask, CancellationToken cancellationToken) =>
        limit.WithinAsync(
            async token =>
            {
                await _turn.WaitAsync(token);
                try
                {
                    _connection ??= await data.Reserved.OpenConnectionAsync(token);
                    return await ask(_connection, token);
                }
                catch
                {
                    // It may be broken, or still be busy: the next question gets another.
                    await DisconnectAsync();
                    throw;
                }
                finally
                {
                    _turn.Release();
                }
            },
            cancellationToken);

    private async ValueTask DisconnectAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await connection.DisposeAsync();
        }
    }
}
