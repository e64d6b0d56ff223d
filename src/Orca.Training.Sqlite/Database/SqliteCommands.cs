using Microsoft.Data.Sqlite;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Documents;

namespace Orca.Training.Sqlite.Database;

/// <summary>Short forms for commands.</summary>
internal static class SqliteCommands
{
    /// <summary>The row of the job that a key stands for.</summary>
    public const string JobByKey = "SELECT id, document FROM orca_jobs WHERE coalesce(user, '') = @user AND idempotency_key = @key";

    public static SqliteCommand Command(this SqliteConnection connection, string text, SqliteTransaction? transaction = null)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is this package's own; values are parameters.
        command.CommandText = text;
#pragma warning restore CA2100
        command.Transaction = transaction;
        return command;
    }

    /// <summary>The jobs of rows that begin with id and document.</summary>
    public static List<Job> ReadJobs(this SqliteCommand command)
    {
        using var reader = command.ExecuteReader();
        var jobs = new List<Job>();
        while (reader.Read())
        {
            jobs.Add(JobDocument.Read(new JobId(reader.GetInt64(0)), reader.GetString(1)));
        }

        return jobs;
    }

    /// <summary>The job that a key stands for.</summary>
    public static Job? FindByKey(this SqliteConnection connection, JobKey key, SqliteTransaction? transaction = null)
    {
        using var command = connection.Command(JobByKey, transaction);
        command.Parameters.AddWithValue("@user", key.User);
        command.Parameters.AddWithValue("@key", key.Key);
        return command.ReadJobs().FirstOrDefault();
    }

    public static void Run(this SqliteConnection connection, string text, SqliteTransaction? transaction = null)
    {
        using var command = connection.Command(text, transaction);
        command.ExecuteNonQuery();
    }
}
