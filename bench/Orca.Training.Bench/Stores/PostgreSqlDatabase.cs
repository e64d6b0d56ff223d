using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Orca.Training.Bench.Stores;

/// <summary>A PostgreSQL server of the bench's own, fsync on, reached through a socket file.</summary>
internal sealed class PostgreSqlDatabase : IBenchedDatabase
{
    private readonly string _name = $"bench-{Environment.ProcessId}";
    private readonly string _connectionString;
    private NpgsqlDataSource? _bare;
    private int _made;

    private PostgreSqlDatabase(Func<string, string> start) => _connectionString = start(_name);

    /// <summary>For whoever keeps something of its own there, in a schema of another name.</summary>
    public string ConnectionString => _connectionString;

    private string Schema => $"orca{_made}";

    public static PostgreSqlDatabase Start() =>
        new(name => Run("up", name, "--for", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)).Split('\'')[1]);

    public void Use(OrcaTrainingBuilder builder)
    {
        _made++;
        UseAgain(builder);
    }

    public void UseAgain(OrcaTrainingBuilder builder) => builder.UsePostgreSql(_connectionString, o => o.Schema = Schema);

    /// <summary>The bytes of all tables and indexes of the store that was made last.</summary>
    public async Task<long> SizeAsync()
    {
        await using var source = NpgsqlDataSource.Create(_connectionString);
        await using var size = source.CreateCommand($"SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class WHERE relnamespace = '{Schema}'::regnamespace AND relkind = 'r'");
        return (long)(await size.ExecuteScalarAsync())!;
    }

    public async Task<IBareCaller> BareAsync()
    {
        if (_bare is null)
        {
            _bare = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_connectionString) { MaxPoolSize = 100 });
            await using var create = _bare.CreateCommand("CREATE TABLE IF NOT EXISTS bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, document text)");
            await create.ExecuteNonQueryAsync();
        }

        return await Caller.OpenAsync(_bare);
    }

    public async Task FillAsync(int finished)
    {
        await using var source = NpgsqlDataSource.Create(_connectionString);
        await using var fill = source.CreateCommand(
            $"""
            INSERT INTO {Schema}.jobs (id, revision, change, state, user_name, algorithm, dataset, submitted_at, finished_at, document)
            SELECT nextval('{Schema}.job_ids'), revision, nextval('{Schema}.changes'), state, user_name, algorithm, dataset, submitted_at, finished_at, document
            FROM generate_series(1, {finished}) n, (SELECT * FROM {Schema}.jobs WHERE state = 3 LIMIT 1) j
            """);
        fill.CommandTimeout = 0;
        await fill.ExecuteNonQueryAsync();
        await using var analyze = source.CreateCommand($"VACUUM ANALYZE {Schema}.jobs");
        analyze.CommandTimeout = 0;
        await analyze.ExecuteNonQueryAsync();
    }

    public async Task FillWaitingAsync(int waiting)
    {
        await using var source = NpgsqlDataSource.Create(_connectionString);
        await using var fill = source.CreateCommand(
            $"""
            INSERT INTO {Schema}.jobs (id, revision, change, state, user_name, algorithm, dataset, submitted_at, group_name, document)
            SELECT nextval('{Schema}.job_ids'), revision, nextval('{Schema}.changes'), state, user_name, algorithm, dataset, submitted_at, group_name, document
            FROM generate_series(1, {waiting}), (SELECT * FROM {Schema}.jobs WHERE state = 0 ORDER BY id DESC LIMIT 1) j
            """);
        fill.CommandTimeout = 0;
        await fill.ExecuteNonQueryAsync();
        await using var analyze = source.CreateCommand("VACUUM ANALYZE");
        analyze.CommandTimeout = 0;
        await analyze.ExecuteNonQueryAsync();
    }

    public async Task<long> CountFinishedAsync()
    {
        await using var source = NpgsqlDataSource.Create(_connectionString);
        await using var count = source.CreateCommand($"SELECT count(*) FROM {Schema}.jobs WHERE state >= 3");
        return (long)(await count.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_bare is not null)
        {
            await _bare.DisposeAsync();
        }

        Run("down", _name);
    }

    private static string Run(params string[] arguments)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "eng", "postgres.sh")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The bench runs outside the repository.");
        }

        using var process = Process.Start(new ProcessStartInfo(Path.Combine(folder, "eng", "postgres.sh"), arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"eng/postgres.sh {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }

    private sealed class Caller : IBareCaller
    {
        private readonly NpgsqlConnection _connection;
        private readonly NpgsqlCommand _insert;

        private Caller(NpgsqlConnection connection)
        {
            _connection = connection;
            _insert = new NpgsqlCommand("INSERT INTO bare (document) VALUES ($1)", connection);
            _insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = new string('x', StoresBench.RowSize) });
        }

        public static async Task<Caller> OpenAsync(NpgsqlDataSource source)
        {
            var caller = new Caller(await source.OpenConnectionAsync());
            await caller._insert.PrepareAsync();
            return caller;
        }

        public Task CommitAsync() => _insert.ExecuteNonQueryAsync();

        public async ValueTask DisposeAsync()
        {
            await _insert.DisposeAsync();
            await _connection.DisposeAsync();
        }
    }
}
