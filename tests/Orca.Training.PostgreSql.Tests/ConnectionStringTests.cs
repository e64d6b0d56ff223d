using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orca.Training.Tests.Shared;

namespace Orca.Training.PostgreSql.Tests;

/// <summary>What the store makes of a connection string.</summary>
public sealed class ConnectionStringTests(PostgreSqlServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("nonsense")]
    [InlineData("Host=db;Colour=red")]
    [InlineData("Host=db;Port=many")]
    [InlineData("Host=db;Password=secret;SSL Mode=Sometimes")]
    public void One_that_cannot_be_read_is_refused_in_words_and_without_its_secrets(string connectionString)
    {
        var refused = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddOrcaTraining().UsePostgreSql(connectionString));

        Assert.StartsWith("The connection string of UsePostgreSql cannot be read (", refused.Message, StringComparison.Ordinal);
        Assert.Contains("use the syntax of Npgsql, such as 'Host=db;Database=trainings;Username=orca'", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_without_a_server_is_refused() =>
        Assert.StartsWith(
            "The connection string of UsePostgreSql names no Host:",
            Assert.Throws<ArgumentException>(() => new ServiceCollection().AddOrcaTraining().UsePostgreSql("Database=trainings")).Message,
            StringComparison.Ordinal);

    /// <summary>npgsql#6391. When the driver is mended, the first answer says so, and the workaround can go.</summary>
    [Fact]
    public async Task A_statement_that_fails_breaks_no_later_one_on_its_connection_as_it_does_where_the_driver_prepares_by_itself()
    {
        var asked = new NpgsqlConnectionStringBuilder(server.ConnectionString) { MaxAutoPrepare = 10, AutoPrepareMinUsages = 1, MinPoolSize = 1, MaxPoolSize = 1 };
        await using var preparing = NpgsqlDataSource.Create(asked);
        await using var ours = NpgsqlDataSource.Create(PostgreSqlConnectionString.Read(asked.ConnectionString));

        Assert.Contains("unexpected backend message", (await AfterAFailureAsync(preparing, "theirs"))?.Message, StringComparison.Ordinal);
        Assert.Null(await AfterAFailureAsync(ours, "ours"));
    }

    [Fact]
    public async Task An_application_s_own_source_that_prepares_by_itself_is_told()
    {
        var asked = new NpgsqlConnectionStringBuilder(server.ConnectionString) { MaxAutoPrepare = 10 };
        await using var source = NpgsqlDataSource.Create(asked);
        await using var own = NpgsqlDataSource.Create(server.ConnectionString);

        Assert.True(new PostgreSqlDataSource(source, isOwned: false).PreparesByItself);
        Assert.False(new PostgreSqlDataSource(own, isOwned: false).PreparesByItself);
    }

    /// <summary>What a good statement meets after the same one has failed within a transaction; null for nothing.</summary>
    private static async Task<Exception?> AfterAFailureAsync(NpgsqlDataSource source, string table)
    {
        await using (var create = source.CreateCommand($"CREATE TABLE {table} (id bigserial PRIMARY KEY, value varchar(3) NOT NULL)"))
        {
            await create.ExecuteNonQueryAsync(Cancel);
        }

        await using (var connection = await source.OpenConnectionAsync(Cancel))
        await using (await connection.BeginTransactionAsync(Cancel))
        {
            await Assert.ThrowsAsync<PostgresException>(() => InsertAsync(connection, "too long"));
        }

        return await Record.ExceptionAsync(async () =>
        {
            for (var i = 0; i < 3; i++)
            {
                await using var connection = await source.OpenConnectionAsync(Cancel);
                await InsertAsync(connection, "abc");
            }
        });

        async Task InsertAsync(NpgsqlConnection connection, string value)
        {
            await using var command = new NpgsqlCommand($"INSERT INTO {table} (value) VALUES (@value) RETURNING id", connection);
            command.Parameters.AddWithValue("@value", value);
            await command.ExecuteNonQueryAsync(Cancel);
        }
    }
}
