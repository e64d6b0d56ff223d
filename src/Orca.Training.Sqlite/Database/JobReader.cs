using Microsoft.Data.Sqlite;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Documents;

namespace Orca.Training.Sqlite.Database;

/// <summary>Reads of what the image does not hold, each on a connection of its own: a write-ahead log lets them neither wait for a writer nor hold one up.</summary>
internal sealed class JobReader(SqliteJobStoreOptions options)
{
    // As the pool's key, the text has to be the same every time.
    private readonly string _connectionString = new SqliteConnectionStringBuilder(options.ConnectionString) { Pooling = true, DefaultTimeout = 1 }.ConnectionString;

    public Job? Find(JobId job)
    {
        using var connection = Open();
        using var command = connection.Command("SELECT document FROM orca_jobs WHERE id = @id");
        command.Parameters.AddWithValue("@id", job.Value);
        return command.ExecuteScalar() is string document ? JobDocument.Read(job, document) : null;
    }

    /// <summary>The job that a key stands for.</summary>
    public Job? Find(JobKey key)
    {
        using var connection = Open();
        return connection.FindByKey(key);
    }

    /// <summary>
    /// Finished jobs that need not be kept, those that finished first first. They come before all others in the index, so that no more of
    /// it is read than there may be answers, and what is to be kept of the newest.
    /// </summary>
    public List<Job> Expired(JobRetention retention, int limit)
    {
        using var connection = Open();
        using var command = connection.Command(
            """
            SELECT j.id, j.document FROM
                (SELECT id, finished_at FROM orca_jobs WHERE state >= 3 AND (finished_at, id) > (@after_at, @after_id) ORDER BY finished_at, id LIMIT @limit) f JOIN orca_jobs j ON j.id = f.id
            WHERE f.finished_at < @before OR (@keep IS NOT NULL AND (f.finished_at, f.id) <=
                (SELECT finished_at, id FROM orca_jobs WHERE state >= 3 ORDER BY finished_at DESC, id DESC LIMIT 1 OFFSET @keep))
            ORDER BY f.finished_at, f.id
            """);
        command.Parameters.AddWithValue("@before", (object?)retention.FinishedBefore?.UtcTicks ?? DBNull.Value);
        command.Parameters.AddWithValue("@keep", (object?)retention.KeepNewest ?? DBNull.Value);
        command.Parameters.AddWithValue("@after_at", retention.After?.At.UtcTicks ?? -1);
        command.Parameters.AddWithValue("@after_id", retention.After?.Job.Value ?? 0);
        command.Parameters.AddWithValue("@limit", limit);
        return command.ReadJobs();
    }

    /// <summary>The one row of counts of a search.</summary>
    public List<long> Count(string text, IReadOnlyList<(string Name, object? Value)> parameters)
    {
        using var connection = Open();
        using var command = Search(connection, text, parameters);
        using var reader = command.ExecuteReader();
        reader.Read();
        return [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetInt64)];
    }

    /// <summary>What a search looked at, and the rows that it found.</summary>
    public (int Looks, long Last, List<FoundRow> Rows) Look(string text, IReadOnlyList<(string Name, object? Value)> parameters)
    {
        using var connection = Open();
        using var command = Search(connection, text, parameters);
        using var reader = command.ExecuteReader();
        var (looks, last, rows) = (0, 0L, new List<FoundRow>());
        while (reader.Read())
        {
            (looks, last) = (reader.GetInt32(0), reader.IsDBNull(1) ? 0 : reader.GetInt64(1));
            if (!reader.IsDBNull(2))
            {
                rows.Add(new FoundRow(new JobId(reader.GetInt64(2)), reader.GetInt64(3), ((JobState)reader.GetInt32(4)).IsFinal(), reader.GetString(5)));
            }
        }

        return (looks, last, rows);
    }

    private static SqliteCommand Search(SqliteConnection connection, string text, IReadOnlyList<(string Name, object? Value)> parameters)
    {
        var command = connection.Command(text);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    /// <summary>Forgets the pooled connections: an open one would keep the file.</summary>
    public void Close()
    {
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        return connection;
    }
}

/// <summary>A row that a search found.</summary>
/// <param name="Job">Its job.</param>
/// <param name="Revision">The job's revision.</param>
/// <param name="IsFinal">Whether the job has finished.</param>
/// <param name="Document">The job's document.</param>
internal readonly record struct FoundRow(JobId Job, long Revision, bool IsFinal, string Document);
