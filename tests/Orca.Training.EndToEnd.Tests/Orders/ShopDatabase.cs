using Npgsql;

namespace Orca.Training.EndToEnd.Tests.Orders;

/// <summary>
/// The shop's database on a real server, with a door before each statement of its transaction: a lock that the test holds, so that the
/// host waits there, within that very statement, until the test lets it through.
/// </summary>
internal sealed class ShopDatabase : IAsyncDisposable
{
    private const string CommitDoor = "pg_advisory_xact_lock(7654321, 1)";

    private readonly NpgsqlDataSource _source;
    private NpgsqlConnection? _door;

    private ShopDatabase(string connectionString) => (ConnectionString, _source) = (connectionString, NpgsqlDataSource.Create(connectionString));

    public string ConnectionString { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<ShopDatabase> CreateAsync(PostgreSqlServer server, string name)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var create = source.CreateCommand($"CREATE DATABASE {name}");
        await create.ExecuteNonQueryAsync(Cancel);
        return new ShopDatabase(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name }.ConnectionString);
    }

    /// <summary>Shuts the door before a statement of the next order. The host's tables are there.</summary>
    public async Task ShutAsync(Statement statement)
    {
        if (statement is Statement.Commit)
        {
            // A deferred trigger is run by COMMIT itself, before anything of the transaction is on record.
            await RunAsync(
                $"""
                CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM {CommitDoor}; RETURN NULL; END';
                CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON public.orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait()
                """);
        }

        _door = await _source.OpenConnectionAsync(Cancel);
        await using var shut = _door.CreateCommand();
        shut.CommandText = "BEGIN; " + statement switch
        {
            Statement.Training => "LOCK TABLE orca.jobs IN SHARE MODE",
            Statement.Order => "LOCK TABLE public.orders IN SHARE MODE",
            _ => $"SELECT {CommitDoor}",
        };
        await shut.ExecuteNonQueryAsync(Cancel);
    }

    /// <summary>Waits until the host stands at the door.</summary>
    /// <returns>The server's process that serves it.</returns>
    public async Task<int> WaitForHostAsync()
    {
        while (true)
        {
            if (await ReadAsync("SELECT min(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND cardinality(pg_blocking_pids(pid)) > 0") is int process)
            {
                return process;
            }
        }
    }

    /// <summary>Lets through what waits, whether its host still lives or not.</summary>
    public async Task OpenAsync()
    {
        await _door!.DisposeAsync();
        _door = null;
    }

    /// <summary>Ends what serves the host before it has done what it was told, as a crash of the server does.</summary>
    public async Task EndAsync(int process) => Assert.Equal(true, await ReadAsync($"SELECT pg_terminate_backend({process}, 10000)"));

    /// <summary>Waits until the server has seen that a host is gone.</summary>
    public async Task WaitForEndAsync(int process)
    {
        while (await ReadAsync($"SELECT pid FROM pg_stat_activity WHERE pid = {process}") is int)
        {
        }
    }

    public async Task WaitForOrderAsync()
    {
        while (await ReadAsync("SELECT number FROM public.orders") is not long)
        {
        }
    }

    /// <summary>How many orders and trainings there are, and how many of them belong together.</summary>
    public async Task<(long Orders, long Trainings, long Pairs)> CountAsync() => (
        (long)(await ReadAsync("SELECT count(*) FROM public.orders"))!,
        (long)(await ReadAsync("SELECT count(*) FROM orca.jobs"))!,
        (long)(await ReadAsync("SELECT count(*) FROM public.orders JOIN orca.jobs ON id = job"))!);

    public async Task<long> ReadNumberAsync() => (long)(await ReadAsync("SELECT number FROM public.orders"))!;

    public async ValueTask DisposeAsync()
    {
        if (_door is not null)
        {
            await _door.DisposeAsync();
        }

        await _source.DisposeAsync();
    }

    private async Task<object?> ReadAsync(string query)
    {
        await using var command = _source.CreateCommand(query);
        return await command.ExecuteScalarAsync(Cancel);
    }

    private async Task RunAsync(string text)
    {
        await using var command = _source.CreateCommand(text);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}

/// <summary>A statement of the shop's transaction, in their order.</summary>
public enum Statement
{
    Training,
    Order,
    Commit,
}
