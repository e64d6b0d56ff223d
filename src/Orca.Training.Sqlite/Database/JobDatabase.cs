using Microsoft.Data.Sqlite;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Committing;
using Orca.Training.Jobs.Storage.Documents;
using static System.FormattableString;

namespace Orca.Training.Sqlite.Database;

/// <summary>The one connection that writes, and its prepared commands. One caller at a time.</summary>
internal sealed class JobDatabase : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _update;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _find;
    private readonly SqliteCommand _findKey;

    private readonly DatabaseReserve _reserve;

    private JobDatabase(SqliteConnection connection, DatabaseReserve reserve)
    {
        _connection = connection;
        _reserve = reserve;
        _insert = Prepared(
            """
            INSERT INTO orca_jobs (id, revision, state, user, team, algorithm, dataset, submitted_at, finished_at, group_name, idempotency_key, name, document)
            VALUES (@id, @revision, @state, @user, @team, @algorithm, @dataset, @submitted_at, @finished_at, @group, @key, @name, @document)
            """,
            "@id", "@revision", "@state", "@user", "@team", "@algorithm", "@dataset", "@submitted_at", "@finished_at", "@group", "@key", "@name", "@document");
        _update = Prepared(
            "UPDATE orca_jobs SET revision = @revision, state = @state, finished_at = @finished_at, document = @document WHERE id = @id AND revision = @before",
            "@id", "@revision", "@state", "@finished_at", "@document", "@before");
        _begin = Prepared("BEGIN IMMEDIATE");
        _commit = Prepared("COMMIT");
        _find = Prepared("SELECT document FROM orca_jobs WHERE id = @id", "@id");
        _findKey = Prepared(SqliteCommands.JobByKey, "@user", "@key");
    }

    /// <summary>Opens the file, makes or upgrades its tables, and says that a host has opened it.</summary>
    /// <exception cref="SqliteStoreException">A newer version made it, or it is no database that can be used.</exception>
    public static JobDatabase Open(SqliteJobStoreOptions options, TimeProvider time)
    {
        try
        {
            return OpenOnce(options, time);
        }
        catch (SqliteStoreException e) when (e.InnerException is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_FULL or SQLitePCL.raw.SQLITE_IOERR }
            && DatabaseReserve.GiveUp(Path.GetFullPath(options.File)))
        {
            return OpenOnce(options, time);
        }
    }

    /// <summary>Takes again what room was used; where there is none, it stays used.</summary>
    public void KeepReserve() => _reserve.Keep();

    private static JobDatabase OpenOnce(SqliteJobStoreOptions options, TimeProvider time)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder(options.ConnectionString)
        {
            Pooling = false,
            // SQLite itself waits for a lock, with ever longer pauses; the provider's own waiting comes after it and is not wanted.
            DefaultTimeout = 1,
        }.ConnectionString);
        try
        {
            connection.Open();
            connection.Run(Invariant($"PRAGMA busy_timeout = {(int)options.BusyTimeout.TotalMilliseconds}"));
            UseWriteAheadLog(connection, options.File);
            // Every commit is on the disk before it is answered.
            connection.Run("PRAGMA synchronous = FULL");
            Schema.Migrate(connection, options.File);
            connection.Run("UPDATE orca_store SET openings = openings + 1");
            var reserve = new DatabaseReserve(connection, Path.GetFullPath(options.File), time);
            reserve.Take();
            return new JobDatabase(connection, reserve);
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw new SqliteStoreException($"The job store '{options.File}' cannot be opened: {e.Message}", e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public (InstallationId Installation, long Term, long Openings) ReadStore()
    {
        using var command = _connection.Command("SELECT installation, term, openings FROM orca_store");
        using var reader = command.ExecuteReader();
        reader.Read();
        return (new InstallationId(reader.GetString(0)), reader.GetInt64(1), reader.GetInt64(2));
    }

    /// <summary>The greatest id ever drawn.</summary>
    public long ReadLastId()
    {
        using var command = _connection.Command("SELECT max(last_id, coalesce((SELECT max(id) FROM orca_jobs), 0)) FROM orca_store");
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>All jobs that are not final.</summary>
    public List<Job> ReadOpenJobs()
    {
        var open = Read("SELECT id, document FROM orca_jobs WHERE state < 3");
        // They come state by state; the database would sort them with their documents.
        open.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        return open;
    }

    /// <summary>Takes up what applications wrote in transactions of their own.</summary>
    public List<Job> TakeOutside() => InReserve(TakeOutsideOnce);

    private List<Job> TakeOutsideOnce()
    {
        _begin.ExecuteNonQuery();
        try
        {
            var jobs = Read("SELECT id, document FROM orca_jobs WHERE outside = 1 ORDER BY id");
            if (jobs.Count > 0)
            {
                _connection.Run("UPDATE orca_jobs SET outside = NULL WHERE outside = 1");
            }

            _commit.ExecuteNonQuery();
            return jobs;
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    public Job? Find(JobId job)
    {
        _find.Parameters["@id"].Value = job.Value;
        return _find.ExecuteScalar() is string document ? JobDocument.Read(job, document) : null;
    }

    /// <summary>The job that a key stands for.</summary>
    public Job? Find(JobKey key)
    {
        _findKey.Parameters["@user"].Value = key.User;
        _findKey.Parameters["@key"].Value = key.Key;
        return _findKey.ReadJobs().FirstOrDefault();
    }

    /// <summary>Deletes those of the jobs that have finished, all or none, and keeps the runs of those that ran; when it returns that is on the disk.</summary>
    public void Delete(IReadOnlyList<JobId> jobs) => InReserve(() =>
    {
        DeleteOnce(jobs);
        return true;
    });

    private void DeleteOnce(IReadOnlyList<JobId> jobs)
    {
        using var keep = _connection.Command(
            """
            INSERT INTO orca_runs (id, state, algorithm, dataset, group_name, user, team, finished_at, model, document)
            SELECT id, state, algorithm, dataset, group_name, user, team, finished_at, json_extract(document, '$.job.request.outputModelName'), document FROM orca_jobs
            WHERE id = @id AND state >= 3 AND json_array_length(document, '$.job.attempts') > 0
            """);
        using var delete = _connection.Command("DELETE FROM orca_jobs WHERE id = @id AND state >= 3");
        SqliteParameter[] ids = [keep.Parameters.Add("@id", SqliteType.Integer), delete.Parameters.Add("@id", SqliteType.Integer)];
        _begin.ExecuteNonQuery();
        try
        {
            foreach (var job in jobs)
            {
                ids[0].Value = ids[1].Value = job.Value;
                keep.ExecuteNonQuery();
                delete.ExecuteNonQuery();
            }

            _commit.ExecuteNonQuery();
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    /// <summary>Writes all rows or none; when it returns they are on the disk.</summary>
    /// <exception cref="InvalidOperationException">A row is not as it was planned on: somebody else changed it.</exception>
    public void Write(CommitPlan plan) => InReserve(() =>
    {
        WriteOnce(plan);
        return true;
    });

    private void WriteOnce(CommitPlan plan)
    {
        if (plan.RowCount == 1)
        {
            // A statement by itself is a transaction, and two round trips through SQLite less.
            Write(plan.Rows.First());
            return;
        }

        _begin.ExecuteNonQuery();
        try
        {
            foreach (var row in plan.Rows)
            {
                Write(row);
            }

            _commit.ExecuteNonQuery();
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    public void WriteTerm(long term) => InReserve(() =>
    {
        WriteTermOnce(term);
        return true;
    });

    private void WriteTermOnce(long term)
    {
        using var command = _connection.Command("UPDATE orca_store SET term = @term");
        command.Parameters.AddWithValue("@term", term);
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var command in (SqliteCommand[])[_insert, _update, _begin, _commit, _find, _findKey])
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    /// <summary>On a full disk the log cannot grow; begun anew, it has the room that it has taken before.</summary>
    private T InReserve<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (SqliteException e) when (e.SqliteErrorCode is SQLitePCL.raw.SQLITE_FULL)
        {
            _connection.Run("PRAGMA wal_checkpoint(RESTART)");
            return write();
        }
    }

    private static void UseWriteAheadLog(SqliteConnection connection, string file)
    {
        using var command = connection.Command("PRAGMA journal_mode = WAL");
        if (command.ExecuteScalar() is not "wal")
        {
            throw new SqliteStoreException($"The job store '{file}' cannot use a write-ahead log on this file system: move it to a local disk.");
        }
    }

    private void Write(PlannedRow row)
    {
        var (command, job) = (row.Before == 0 ? _insert : _update, row.Job);
        var parameters = command.Parameters;
        parameters["@id"].Value = job.Id.Value;
        parameters["@revision"].Value = job.Revision;
        parameters["@state"].Value = (int)job.State;
        parameters["@finished_at"].Value = job.FinishedAt is { } finished ? finished.UtcTicks : DBNull.Value;
        parameters["@document"].Value = JobDocument.Write(job);
        if (row.Before == 0)
        {
            parameters["@user"].Value = (object?)job.User ?? DBNull.Value;
            parameters["@team"].Value = (object?)job.Team ?? DBNull.Value;
            parameters["@algorithm"].Value = job.Request.Algorithm;
            parameters["@dataset"].Value = job.Request.DatasetId;
            parameters["@submitted_at"].Value = job.SubmittedAt.UtcTicks;
            parameters["@group"].Value = (object?)job.Request.Group ?? DBNull.Value;
            parameters["@key"].Value = (object?)job.Request.IdempotencyKey ?? DBNull.Value;
            parameters["@name"].Value = job.Request.Name;
        }
        else
        {
            parameters["@before"].Value = row.Before;
        }

        if (command.ExecuteNonQuery() != 1)
        {
            throw new InvalidOperationException($"Job {job.Id} is no longer at revision {row.Before} in the store: another program changed the job store.");
        }
    }

    /// <summary>SQLite may have rolled back by itself already; then there is nothing to do.</summary>
    private void RollBack()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0)
        {
            _connection.Run("ROLLBACK");
        }
    }

    private List<Job> Read(string query)
    {
        using var command = _connection.Command(query);
        return command.ReadJobs();
    }

    private SqliteCommand Prepared(string text, params string[] parameters)
    {
        var command = _connection.Command(text);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new SqliteParameter(parameter, DBNull.Value));
        }

        command.Prepare();
        return command;
    }
}
