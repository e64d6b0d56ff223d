using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orca.Training.Runs;
using Orca.Training.Runs.Relational;
using Orca.Training.PostgreSql.Database;
using Orca.Training.Tests.Shared;

namespace Orca.Training.PostgreSql.Tests;

/// <summary>What the store makes of a connection string.</summary>
public sealed class ConnectionStringTests
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
        Assert.Contains("give one as Npgsql spells it, such as 'Host=db;Database=trainings;Username=orca'", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_without_a_server_is_refused() =>
        Assert.StartsWith(
            "The connection string of UsePostgreSql names no Host:",
            Assert.Throws<ArgumentException>(() => new ServiceCollection().AddOrcaTraining().UsePostgreSql("Database=trainings")).Message,
            StringComparison.Ordinal);

    /// <summary>npgsql#6391: with automatic preparation, one in some later calls met "unexpected backend message" here.</summary>
    [Fact]
    public async Task A_statement_that_fails_breaks_no_later_call_on_its_connection()
    {
        await using var server = new PostgreSqlServer();
        await server.InitializeAsync();
        var asked = new NpgsqlConnectionStringBuilder(server.ConnectionString) { MaxAutoPrepare = 32, AutoPrepareMinUsages = 2, MaxPoolSize = 1 };
        await using var source = NpgsqlDataSource.Create(PostgreSqlConnectionString.Read(asked.ConnectionString));
        await using var store = new PostgreSqlJobStore(new PostgreSqlDataSource(source, isOwned: false), new PostgreSqlJobStoreOptions(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var runs = new RelationalRunStore(new PostgreSqlRunDatabase(store, new PostgreSqlDataSource(source, isOwned: false), "orca"));
        for (var i = 0; i < 20; i++)
        {
            // Past the door, which lets no such text in. Each shape of query is a statement of its own.
            var query = new RunQuery { Limit = 1 + (i % 3), SmallestFirst = i % 2 == 0, OrderBy = i % 4 == 0 ? "loss" : null };
            await runs.QueryAsync(query with { User = "ada" }, Cancel);
            await Assert.ThrowsAnyAsync<Exception>(() => runs.QueryAsync(query with { User = "a\0b" }, Cancel).AsTask());
            Assert.Empty(await runs.QueryAsync(query with { User = "ada" }, Cancel));
            Assert.Empty(await runs.QueryAsync(query with { User = "ada" }, Cancel));
        }
    }
}
