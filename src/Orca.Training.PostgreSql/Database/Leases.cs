using Npgsql;
using Orca.Training.Jobs.Storage;
using static System.FormattableString;

namespace Orca.Training.PostgreSql.Database;

/// <summary>
/// Who decides. The server's clock alone ends a lease, so that the hosts' clocks need not agree; and a new term begins under the lock of
/// all writes, so that none of an older term can come after it.
/// </summary>
internal sealed class Leases(PostgreSqlDataSource data, string schema)
{
    public async Task<Fence?> AcquireAsync(string holder, TimeSpan duration, CancellationToken cancellationToken)
    {
        if (!await IsToBeHadAsync(holder, cancellationToken))
        {
            return null;
        }

        await using var batch = LockedBatch(
            $"""
            UPDATE {schema}.store
            SET term = CASE WHEN holder = $1 THEN term ELSE term + 1 END, holder = $1, ends_at = clock_timestamp() + $2
            WHERE holder IS NULL OR holder = $1 OR ends_at <= clock_timestamp()
            RETURNING term
            """);
        batch.BatchCommands[1].Parameters.Add(new NpgsqlParameter<string> { TypedValue = holder });
        batch.BatchCommands[1].Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = duration });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new Fence(reader.GetInt64(0)) : null;
    }

    /// <summary>Hosts that wait ask again and again: what they ask must not stand in the way of writes.</summary>
    private async Task<bool> IsToBeHadAsync(string holder, CancellationToken cancellationToken)
    {
        await using var ask = data.Source.CreateCommand($"SELECT holder IS NULL OR holder = $1 OR ends_at <= clock_timestamp() FROM {schema}.store");
        ask.Parameters.Add(new NpgsqlParameter<string> { TypedValue = holder });
        return await ask.ExecuteScalarAsync(cancellationToken) is not false;
    }

    public async Task<bool> ReleaseAsync(Fence fence, CancellationToken cancellationToken)
    {
        await using var batch = LockedBatch($"UPDATE {schema}.store SET holder = NULL WHERE term = $1");
        batch.BatchCommands[1].Parameters.Add(new NpgsqlParameter<long> { TypedValue = fence.Term });
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    private NpgsqlBatch LockedBatch(string text)
    {
        var batch = data.Source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Invariant($"SELECT pg_advisory_xact_lock({Schema.LockKey(schema, "write")})")));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(text));
        return batch;
    }
}
