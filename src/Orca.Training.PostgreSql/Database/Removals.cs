using Npgsql;
using NpgsqlTypes;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.PostgreSql.Feed;
using static System.FormattableString;

namespace Orca.Training.PostgreSql.Database;

/// <summary>Deletes finished jobs, and keeps the runs of those that ran, under the lock of all writes and the lease's term.</summary>
internal sealed class Removals(PostgreSqlDataSource data, string schema, CallLimit limit)
{
    /// <returns>The lease's current term; nothing was deleted if it is not the one that was given.</returns>
    public async Task<Fence> DeleteAsync(IReadOnlyList<JobId> jobs, Fence fence, CancellationToken cancellationToken)
    {
        await using var batch = data.Source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Invariant($"SELECT pg_advisory_xact_lock({Schema.LockKey(schema, "write")})")));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
            WITH held AS (SELECT term FROM {schema}.store),
            deleted AS (
                DELETE FROM {schema}.jobs WHERE id = ANY ($1) AND state >= 3 AND (SELECT term FROM held) = $2
                RETURNING id, state, algorithm, dataset, group_name, user_name, team, finished_at, document),
            kept AS (
                INSERT INTO {schema}.runs (id, state, algorithm, dataset, group_name, user_name, team, finished_at, model, document)
                SELECT id, state, algorithm, dataset, group_name, user_name, team, finished_at, {JobColumns.Readable} -> 'job' -> 'request' ->> 'outputModelName', document
                FROM deleted WHERE json_array_length({JobColumns.Readable} -> 'job' -> 'attempts') > 0)
            SELECT held.term, (SELECT count(pg_notify('orca_{schema}', '{Notifications.Removed}')) FROM (SELECT FROM deleted LIMIT 1) d) FROM held
            """));
        batch.BatchCommands[1].Parameters.Add(new NpgsqlParameter<long[]>
        {
            TypedValue = [.. jobs.Select(j => j.Value)],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint,
        });
        batch.BatchCommands[1].Parameters.Add(new NpgsqlParameter<long> { TypedValue = fence.Term });
        return await limit.WithinAsync(
            async token =>
            {
                await using var reader = await batch.ExecuteReaderAsync(token);
                await reader.NextResultAsync(token);
                await reader.ReadAsync(token);
                return new Fence(reader.GetInt64(0));
            },
            cancellationToken);
    }
}
