using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Testing.Conformance.Jobs;
using Orca.Training.Tests.Shared;

namespace Orca.Training.PostgreSql.Tests;

/// <summary>Calls that take all connections, and a server that does not answer.</summary>
public sealed class BusyServerTests(PostgreSqlServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_lease_is_renewed_while_calls_have_all_connections(bool isOwnSource)
    {
        var asked = new NpgsqlConnectionStringBuilder(server.ConnectionString) { MaxPoolSize = 3, Timeout = 1 };
        await using var application = NpgsqlDataSource.Create(asked);
        await using var services = Services(asked.ConnectionString, isOwnSource ? application : null);
        var store = services.GetRequiredService<IJobStore>();
        var fence = await store.AcquireLeaseAsync("a", TimeSpan.FromHours(1), Cancel);
        await using var source = services.GetRequiredService<PostgreSqlDataSource>();
        var taken = new List<NpgsqlConnection>();
        while (await TryTakeAsync(source.Source) is { } connection)
        {
            taken.Add(connection);
        }

        var renewed = await store.AcquireLeaseAsync("a", TimeSpan.FromHours(1), Cancel);

        Assert.NotEmpty(taken);
        Assert.Equal(fence, renewed);
        taken.ForEach(c => c.Dispose());
    }

    [Fact]
    public async Task Reads_that_the_server_does_not_answer_leave_half_of_the_connections_and_lists_leave_room_for_statuses()
    {
        var schema = Stores.NewSchema();
        var asked = new NpgsqlConnectionStringBuilder(server.ConnectionString) { MaxPoolSize = 8, Timeout = 1, ApplicationName = schema };
        await using var source = NpgsqlDataSource.Create(asked);
        await using var data = new PostgreSqlDataSource(source, isOwned: false);
        await using var store = new PostgreSqlJobStore(data, new PostgreSqlJobStoreOptions { Schema = schema }, TimeProvider.System, NullLogger.Instance);
        var job = (await store.ApplyAsync([JobSamples.Submit()], null, Cancel))[0].Job!.Id;
        await using var outside = NpgsqlDataSource.Create(server.ConnectionString);
        await using var connection = await outside.OpenConnectionAsync(Cancel);
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        await using (var hold = new NpgsqlCommand($"LOCK TABLE {schema}.jobs IN ACCESS EXCLUSIVE MODE", connection, transaction))
        {
            await hold.ExecuteNonQueryAsync(Cancel);
        }

        var reads = Enumerable.Range(0, 30).Select(i => i % 2 == 0
            ? store.ReadPageAsync(new JobQuery { States = [JobState.Queued], Limit = 1 }, Cancel).AsTask()
            : (Task)store.ReadAsync(job, Cancel).AsTask()).ToList();
        await using var waiting = outside.CreateCommand($"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{schema}' AND wait_event_type = 'Lock'");
        while ((long)(await waiting.ExecuteScalarAsync(Cancel))! < 4)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        }

        await using (var free = await source.OpenConnectionAsync(Cancel))
        {
            Assert.Equal(4L, await waiting.ExecuteScalarAsync(Cancel));
            await using var lists = outside.CreateCommand($"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{schema}' AND query LIKE 'WITH page%'");
            Assert.Equal(2L, await lists.ExecuteScalarAsync(Cancel));
        }

        await transaction.RollbackAsync(Cancel);
        await Task.WhenAll(reads);
    }

    [Fact]
    public async Task What_the_server_does_not_answer_in_time_fails_in_words_and_is_not_asked_again()
    {
        var schema = Stores.NewSchema();
        await using var store = Stores.Open(server, schema, configure: o => o.CallTimeout = TimeSpan.FromSeconds(5));
        var job = (await store.ApplyAsync([JobSamples.Submit()], null, Cancel))[0].Job!.Id;
        var fence = (await store.AcquireLeaseAsync("a", TimeSpan.FromHours(1), Cancel))!.Value;
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var connection = await source.OpenConnectionAsync(Cancel);
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        await using (var hold = new NpgsqlCommand($"LOCK TABLE {schema}.jobs, {schema}.store IN ACCESS EXCLUSIVE MODE", connection, transaction))
        {
            await hold.ExecuteNonQueryAsync(Cancel);
        }

        foreach (var call in new Func<Task>[]
        {
            () => store.ReadAsync(job, Cancel).AsTask(),
            () => store.ReadOpenJobsAsync(Cancel).AsTask(),
            () => store.ReadPageAsync(new JobQuery { Limit = 1 }, Cancel).AsTask(),
            () => store.RemoveAsync([job], fence, Cancel).AsTask(),
            () => store.AcquireLeaseAsync("a", TimeSpan.FromHours(1), Cancel).AsTask(),
        })
        {
            var refused = await Assert.ThrowsAsync<JobStoreUnavailableException>(call);
            Assert.Contains("did not answer within 5 s (OrcaTraining:PostgreSql:CallTimeout)", refused.Message, StringComparison.Ordinal);
        }

        await transaction.RollbackAsync(Cancel);
        Assert.Equal(job, (await store.ReadAsync(job, Cancel))!.Value.Job.Id);
        Assert.Equal(fence, await store.AcquireLeaseAsync("a", TimeSpan.FromHours(1), Cancel));
    }

    private static ServiceProvider Services(string connectionString, NpgsqlDataSource? application)
    {
        var services = new ServiceCollection();
        var builder = services.AddOrcaTraining();
        void Configure(PostgreSqlJobStoreOptions options) => options.Schema = Stores.NewSchema();
        _ = application is null ? builder.UsePostgreSql(connectionString, Configure) : builder.UsePostgreSql(_ => application, Configure);
        return services.BuildServiceProvider();
    }

    private static async Task<NpgsqlConnection?> TryTakeAsync(NpgsqlDataSource source)
    {
        try
        {
            return await source.OpenConnectionAsync(Cancel);
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }
}
