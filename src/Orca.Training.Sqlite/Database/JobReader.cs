using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Documents;
using Orca.Training.Jobs.Storage.Relational;

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

    /// <summary>The next jobs, in the query's order, among which all are that meet it: the columns narrow, and the caller looks closer.</summary>
    public List<Job> Candidates(JobQuery query, long? after, int limit)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        var conditions = new StringBuilder();
        void Where(string condition, string parameter, object? value)
        {
            if (value is not null)
            {
                conditions.Append(conditions.Length == 0 ? " WHERE " : " AND ").Append(condition);
                command.Parameters.AddWithValue(parameter, value);
            }
        }

        Where(query.OldestFirst ? "id > @after" : "id < @after", "@after", after);
        Where("user = @user", "@user", query.User);
        Where("algorithm = @algorithm", "@algorithm", query.Algorithm);
        Where("dataset = @dataset", "@dataset", query.DatasetId);
        Where("group_name = @group", "@group", query.Group);
        Where("submitted_at >= @from", "@from", query.SubmittedFrom?.UtcTicks);
        Where("submitted_at < @before", "@before", query.SubmittedBefore?.UtcTicks);
        if (StatesOf(query) is { } states)
        {
            conditions.Append(conditions.Length == 0 ? " WHERE " : " AND ").Append(states);
        }

        if (query.Owners?.User is { } me)
        {
            command.Parameters.AddWithValue("@me", me);
        }

        foreach (var (place, team) in OwnerConditions.TeamsOf(query.Owners).Index())
        {
            command.Parameters.AddWithValue(TeamAt(place), team);
        }

        command.Parameters.AddWithValue("@limit", limit);
#pragma warning disable CA2100 // The text is made of this method's own words; values are parameters.
        command.CommandText = TextOf(query, conditions.Length == 0 ? " WHERE 1 = 1" : conditions.ToString());
#pragma warning restore CA2100
        return command.ReadJobs();
    }

    private static string TextOf(JobQuery query, string conditions)
    {
        var order = $"ORDER BY id {(query.OldestFirst ? "ASC" : "DESC")} LIMIT @limit";
        var owners = OwnerConditions.Of(query.Owners, "user", "@me", TeamAt);
        return owners.Count == 1
            ? $"SELECT id, document FROM orca_jobs{conditions}{owners[0]} {order}"
            : $"SELECT id, document FROM ({string.Join(" UNION ALL ", owners.Select(o => $"SELECT * FROM (SELECT id, document FROM orca_jobs{conditions}{o} {order})"))}) {order}";
    }

    private static string TeamAt(int place) => "@team" + place.ToString(CultureInfo.InvariantCulture);

    /// <summary>Forgets the pooled connections: an open one would keep the file.</summary>
    public void Close()
    {
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
    }

    /// <summary>
    /// Final states as a condition that an index answers. Open ones are not compared, since the job may have moved on meanwhile: then
    /// the caller looks closer at all.
    /// </summary>
    private static string? StatesOf(JobQuery query)
    {
        var states = query.States.Distinct().Order().ToList();
        return states.Count == 0 || !states.TrueForAll(s => s.IsFinal()) ? null
            : states.Count == 1 ? $"state = {(int)states[0]} AND state >= 3"
            : $"state IN ({string.Join(", ", states.Select(s => (int)s))}) AND state >= 3";
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        return connection;
    }
}
