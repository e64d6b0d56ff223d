using Microsoft.Data.Sqlite;

namespace Orca.Training.Bench.Stores;

/// <summary>SQLite in a folder of its own, as the store opens it: write-ahead log, every commit on the disk.</summary>
internal sealed class SqliteDatabase : IBenchedDatabase
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orca-bench-").FullName;
    private int _made;
    private string _file = "";

    public void Use(OrcaTrainingBuilder builder)
    {
        _file = Path.Combine(_folder, $"{++_made}.db");
        UseAgain(builder);
    }

    public void UseAgain(OrcaTrainingBuilder builder) => builder.UseSqlite($"Data Source={_file}");

    /// <summary>The bytes of the store that was made last, those in its write-ahead log included.</summary>
    public Task<long> SizeAsync()
    {
        using var connection = new SqliteConnection($"Data Source={_file};Pooling=False");
        connection.Open();
        using var size = connection.CreateCommand();
        size.CommandText = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
        return Task.FromResult((long)size.ExecuteScalar()!);
    }

    public Task<IBareCaller> BareAsync() => Task.FromResult<IBareCaller>(new Caller(Path.Combine(_folder, "bare.db")));

    public Task FillAsync(int finished)
    {
        using var connection = new SqliteConnection($"Data Source={_file};Pooling=False");
        connection.Open();
        using var fill = connection.CreateCommand();
        fill.CommandTimeout = 0;
        fill.CommandText =
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @count)
            INSERT INTO orca_jobs (id, revision, state, user, algorithm, dataset, submitted_at, finished_at, document)
            SELECT (SELECT max(id) FROM orca_jobs) + n.i, j.revision, j.state, j.user, j.algorithm, j.dataset, j.submitted_at, j.finished_at, j.document
            FROM n, (SELECT * FROM orca_jobs WHERE state = 3 LIMIT 1) j
            """;
        fill.Parameters.AddWithValue("@count", finished);
        fill.ExecuteNonQuery();
        return Task.CompletedTask;
    }

    public Task FillWaitingAsync(int waiting)
    {
        using var connection = new SqliteConnection($"Data Source={_file};Pooling=False");
        connection.Open();
        using var fill = connection.CreateCommand();
        fill.CommandTimeout = 0;
        fill.CommandText =
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @count)
            INSERT INTO orca_jobs (id, revision, state, user, algorithm, dataset, submitted_at, group_name, name, document)
            SELECT j.id + n.i, j.revision, j.state, j.user, j.algorithm, j.dataset, j.submitted_at, j.group_name, j.name, j.document
            FROM n, (SELECT * FROM orca_jobs WHERE state = 0 ORDER BY id DESC LIMIT 1) j
            """;
        fill.Parameters.AddWithValue("@count", waiting);
        fill.ExecuteNonQuery();
        return Task.CompletedTask;
    }

    public Task<long> CountFinishedAsync()
    {
        using var connection = new SqliteConnection($"Data Source={_file};Pooling=False");
        connection.Open();
        using var count = connection.CreateCommand();
        count.CommandText = "SELECT count(*) FROM orca_jobs WHERE state >= 3";
        return Task.FromResult((long)count.ExecuteScalar()!);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private sealed class Caller : IBareCaller
    {
        private readonly SqliteConnection _connection;
        private readonly SqliteCommand _insert;

        public Caller(string file)
        {
            _connection = new SqliteConnection($"Data Source={file};Pooling=False");
            _connection.Open();
            using var setUp = _connection.CreateCommand();
            setUp.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 60000; CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, document TEXT)";
            setUp.ExecuteNonQuery();
            _insert = _connection.CreateCommand();
            _insert.CommandText = "INSERT INTO bare (document) VALUES (@document)";
            _insert.Parameters.AddWithValue("@document", new string('x', StoresBench.RowSize));
            _insert.Prepare();
        }

        public Task CommitAsync()
        {
            _insert.ExecuteNonQuery();
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            _insert.Dispose();
            _connection.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
