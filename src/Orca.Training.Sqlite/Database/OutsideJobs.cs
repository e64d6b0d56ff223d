using Microsoft.Data.Sqlite;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Documents;

namespace Orca.Training.Sqlite.Database;

/// <summary>Writes jobs on connections that are not the store's.</summary>
internal static class OutsideJobs
{
    /// <returns>The new job; or the one that the submission's key stands for, and nothing was written.</returns>
    /// <exception cref="TrainingException">The transaction has ended, or on another database.</exception>
    public static CommandResult Insert(JobCommand.Submit submit, SqliteTransaction transaction, InstallationId installation)
    {
        var connection = transaction.Connection
            ?? throw new TrainingException(TrainingError.FailedPrecondition, "The transaction has ended: submit in a new one.");
        CheckDatabase(connection, transaction, installation);

        if (Find(submit, connection, transaction) is { } known)
        {
            return new CommandResult(Rejection.KeyInUse, known);
        }

        var job = JobTransitions.Create(default, submit);
        using var insert = connection.Command(
            """
            INSERT INTO orca_jobs (id, revision, state, user, team, algorithm, dataset, submitted_at, group_name, idempotency_key, name, outside, document)
            VALUES ((SELECT max(last_id, coalesce((SELECT max(id) FROM orca_jobs), 0)) + 1 FROM orca_store),
                    @revision, @state, @user, @team, @algorithm, @dataset, @submitted_at, @group, @key, @name, 1, @document)
            RETURNING id
            """,
            transaction);
        insert.Parameters.AddWithValue("@revision", job.Revision);
        insert.Parameters.AddWithValue("@state", (int)job.State);
        insert.Parameters.AddWithValue("@user", (object?)job.User ?? DBNull.Value);
        insert.Parameters.AddWithValue("@team", (object?)job.Team ?? DBNull.Value);
        insert.Parameters.AddWithValue("@algorithm", job.Request.Algorithm);
        insert.Parameters.AddWithValue("@dataset", job.Request.DatasetId);
        insert.Parameters.AddWithValue("@submitted_at", job.SubmittedAt.UtcTicks);
        insert.Parameters.AddWithValue("@document", JobDocument.Write(job));
        insert.Parameters.AddWithValue("@group", (object?)job.Request.Group ?? DBNull.Value);
        insert.Parameters.AddWithValue("@key", (object?)job.Request.IdempotencyKey ?? DBNull.Value);
        insert.Parameters.AddWithValue("@name", job.Request.Name);
        return new CommandResult(Rejection.None, job with { Id = new JobId((long)insert.ExecuteScalar()!) });
    }

    private static Job? Find(JobCommand.Submit submit, SqliteConnection connection, SqliteTransaction transaction)
    {
        if (JobKey.Of(submit) is not { } key)
        {
            return null;
        }

        // Nobody else can write between this and the insert: the lock is taken here.
        using var take = connection.Command("UPDATE orca_store SET last_id = last_id", transaction);
        take.ExecuteNonQuery();
        return connection.FindByKey(key, transaction);
    }

    private static void CheckDatabase(SqliteConnection connection, SqliteTransaction transaction, InstallationId installation)
    {
        using var tables = connection.Command("SELECT count(*) FROM sqlite_master WHERE name = 'orca_store'", transaction);
        using var store = connection.Command("SELECT installation FROM orca_store", transaction);
        if ((long)tables.ExecuteScalar()! == 0 || (string?)store.ExecuteScalar() != installation.Value)
        {
            throw new TrainingException(
                TrainingError.FailedPrecondition,
                $"The transaction is on '{connection.DataSource}', which is not the database of the host's job store: open the connection with the same connection string.");
        }
    }
}
