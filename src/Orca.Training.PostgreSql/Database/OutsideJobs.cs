using Npgsql;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Documents;
using Orca.Training.PostgreSql.Feed;

namespace Orca.Training.PostgreSql.Database;

/// <summary>Writes jobs on connections that are not the store's.</summary>
internal static class OutsideJobs
{
    /// <summary>Writes a new job without a number in the feed: that it gets when its transaction has committed, which the server then notifies.</summary>
    /// <exception cref="TrainingException">The transaction is over, or on another database.</exception>
    public static async Task<Job> InsertAsync(
        JobCommand.Submit submit, NpgsqlTransaction transaction, string schema, InstallationId installation, CancellationToken cancellationToken)
    {
        var connection = ConnectionOf(transaction);
        await CheckDatabaseAsync(connection, transaction, schema, installation, cancellationToken);

        var job = JobTransitions.Create(default, submit);
        await using var insert = new NpgsqlCommand(
            $"""
            WITH inserted AS (
                INSERT INTO {schema}.jobs (id, revision, state, user_name, algorithm, dataset, submitted_at, document)
                VALUES (nextval('{schema}.job_ids'), $1, $2, $3, $4, $5, $6, $7::json) RETURNING id)
            SELECT id, pg_notify('orca_{schema}', '{Notifications.Outside}') FROM inserted
            """,
            connection,
            transaction);
        insert.Parameters.AddRange(new NpgsqlParameter[]
        {
            new NpgsqlParameter<long> { TypedValue = job.Revision },
            new NpgsqlParameter<short> { TypedValue = (short)job.State },
            new NpgsqlParameter<string?> { TypedValue = job.User is { } user ? JobColumns.Column(user) : null, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
            new NpgsqlParameter<string> { TypedValue = JobColumns.Column(job.Request.Algorithm) },
            new NpgsqlParameter<string> { TypedValue = JobColumns.Column(job.Request.DatasetId) },
            new NpgsqlParameter<long> { TypedValue = job.SubmittedAt.UtcTicks },
            new NpgsqlParameter<string> { TypedValue = JobDocument.Write(job) },
        });
        return job with { Id = new JobId((long)(await insert.ExecuteScalarAsync(cancellationToken))!) };
    }

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
            throw new TrainingException(TrainingError.FailedPrecondition, "The transaction is over: begin another and submit within that.", inner: e);
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
