using Npgsql;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Documents;
using Orca.Training.PostgreSql.Feed;

namespace Orca.Training.PostgreSql.Database;

/// <summary>Writes jobs on connections that are not the store's.</summary>
internal static class OutsideJobs
{
    /// <summary>Writes a new job without a number in the feed: that it gets when its transaction has committed, which the server then notifies.</summary>
    /// <returns>The new job; or the one that the submission's key stands for, and nothing was written.</returns>
    /// <exception cref="TrainingException">The transaction has ended, or on another database.</exception>
    public static async Task<CommandResult> InsertAsync(
        JobCommand.Submit submit, NpgsqlTransaction transaction, string schema, InstallationId installation, CancellationToken cancellationToken)
    {
        var connection = ConnectionOf(transaction);
        await CheckDatabaseAsync(connection, transaction, schema, installation, cancellationToken);

        if (JobKey.Of(submit) is { } key)
        {
            // Where another open transaction has the key, this waits for its end; and the store itself sees that this one has it.
            await using var take = new NpgsqlCommand("SELECT pg_advisory_xact_lock($1)", connection, transaction)
            {
                Parameters = { new NpgsqlParameter<long> { TypedValue = Schema.LockKey(schema, key) } },
            };
            await take.ExecuteNonQueryAsync(cancellationToken);
        }

        var job = JobTransitions.Create(default, submit);
        await using var insert = new NpgsqlCommand(
            $"""
            WITH inserted AS (
                INSERT INTO {schema}.jobs (id, revision, state, user_name, algorithm, dataset, submitted_at, document, group_name, idempotency_key, team, pool)
                VALUES (nextval('{schema}.job_ids'), $1, $2, $3, $4, $5, $6, $7::json, $8, $9, $10, $11)
                ON CONFLICT (coalesce(user_name, ''), idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING id)
            SELECT id, pg_notify('orca_{schema}', '{Notifications.Outside}') FROM inserted
            """,
            connection,
            transaction);
        insert.Parameters.AddRange(new NpgsqlParameter[]
        {
            new NpgsqlParameter<long> { TypedValue = job.Revision },
            new NpgsqlParameter<short> { TypedValue = (short)job.State },
            TextOrNull(job.User),
            new NpgsqlParameter<string> { TypedValue = JobColumns.Column(job.Request.Algorithm) },
            new NpgsqlParameter<string> { TypedValue = JobColumns.Column(job.Request.DatasetId) },
            new NpgsqlParameter<long> { TypedValue = job.SubmittedAt.UtcTicks },
            new NpgsqlParameter<string> { TypedValue = JobDocument.Write(job) },
            TextOrNull(job.Request.Group),
            TextOrNull(job.Request.IdempotencyKey),
            TextOrNull(job.Team),
            TextOrNull(job.Pool),
        });

        return await insert.ExecuteScalarAsync(cancellationToken) is long id
            ? new CommandResult(Rejection.None, job with { Id = new JobId(id) })
            : new CommandResult(Rejection.KeyInUse, await FindAsync(JobKey.Of(submit)!.Value, transaction, schema, cancellationToken));
    }

    private static async Task<Job> FindAsync(JobKey key, NpgsqlTransaction transaction, string schema, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand(
            $"SELECT id, document FROM {schema}.jobs WHERE coalesce(user_name, '') = $1 AND idempotency_key = $2", transaction.Connection, transaction)
        {
            Parameters = { new() { Value = JobColumns.Column(key.User) }, new() { Value = JobColumns.Column(key.Key) } },
        };
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? reader.ReadJob()
            : throw new TrainingException(
                TrainingError.Unavailable,
                $"The job of the idempotency key '{key.Key}' was committed after this transaction's snapshot was taken: roll it back and submit again, or use READ COMMITTED.");
    }

    private static NpgsqlParameter<string?> TextOrNull(string? text) => new() { TypedValue = JobColumns.ColumnOrNull(text), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };

    private static NpgsqlConnection ConnectionOf(NpgsqlTransaction transaction)
    {
        try
        {
            // Of a transaction that is over this throws, whereas a command on its connection would be carried out by itself.
            _ = transaction.IsolationLevel;
            return transaction.Connection!;
        }
        catch (InvalidOperationException e)
        {
            throw new TrainingException(TrainingError.FailedPrecondition, "The transaction has ended: submit in a new one.", inner: e);
        }
    }

    private static async Task CheckDatabaseAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string schema, InstallationId installation, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection, transaction) { Parameters = { new() { Value = $"{schema}.store" } } };
        await using var store = new NpgsqlCommand($"SELECT installation FROM {schema}.store", connection, transaction);
        if (!(bool)(await exists.ExecuteScalarAsync(cancellationToken))! || (string?)await store.ExecuteScalarAsync(cancellationToken) != installation.Value)
        {
            throw new TrainingException(
                TrainingError.FailedPrecondition,
                $"The transaction is on database '{connection.Database}', where schema '{schema}' is not the host's job store: open the connection to the same database.");
        }
    }
}
