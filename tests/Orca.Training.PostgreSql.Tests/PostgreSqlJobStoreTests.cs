using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orca.Training.Jobs.Storage;
using Orca.Training.Testing.Conformance.Jobs;
using Orca.Training.Tests.Shared;

[assembly: AssemblyFixture(typeof(PostgreSqlServer))]

namespace Orca.Training.PostgreSql.Tests;

/// <summary>The PostgreSQL store as a durable job store, on a real server.</summary>
public sealed class PostgreSqlJobStoreTests(PostgreSqlServer server) : DurableJobStoreConformance
{
    // Each makes its tables.
    protected override int GeneratedSequences => 15;

    protected override ValueTask<IJobStore> CreateAsync(TimeProvider time) => ValueTask.FromResult<IJobStore>(Stores.Open(server, Stores.NewSchema(), time));

    protected override ValueTask<IJobStore> ReopenAsync(IJobStore closed, TimeProvider time) =>
        ValueTask.FromResult<IJobStore>(Stores.Open(server, ((PostgreSqlJobStore)closed).Schema, time));

    /// <summary>The server's clock ends leases: they are made older there.</summary>
    protected override async ValueTask PassAsync(IJobStore store, TimeSpan time)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = source.CreateCommand($"UPDATE {((PostgreSqlJobStore)store).Schema}.store SET ends_at = ends_at - $1");
        command.Parameters.AddWithValue(time);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}

/// <summary>Stores on the tests' server.</summary>
internal static class Stores
{
    private static int _made;

    public static string NewSchema() => $"t{Interlocked.Increment(ref _made)}";

    public static PostgreSqlJobStore Open(PostgreSqlServer server, string schema, TimeProvider? time = null, Action<PostgreSqlJobStoreOptions>? configure = null)
    {
        var options = new PostgreSqlJobStoreOptions { Schema = schema };
        configure?.Invoke(options);
        var connection = PostgreSqlConnectionString.Read(server.ConnectionString);
        connection.MaxPoolSize = 20;
        return new PostgreSqlJobStore(new PostgreSqlDataSource(NpgsqlDataSource.Create(connection), isOwned: true), options, time ?? TimeProvider.System, NullLogger.Instance);
    }
}
