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

    [Fact]
    public async Task Few_jobs_among_many_are_found_without_looking_at_the_others()
    {
        await using var store = Stores.Open(server, Stores.NewSchema());
        await BroadQueryCase.CheckRareAsync(store);
    }

    [Fact]
    public async Task Conditions_that_no_index_serves_together_are_refused_where_the_query_says_so()
    {
        await using var store = Stores.Open(server, Stores.NewSchema());
        await BroadQueryCase.CheckBroadAsync(store);
    }

    [Fact]
    public async Task A_text_longer_than_an_index_entry_can_be_is_stored_and_found()
    {
        await using var store = Stores.Open(server, Stores.NewSchema());
        var text = string.Concat(Enumerable.Range(0, 3000).Select(i => char.ConvertFromUtf32(0x1F600 + (i % 40)) + i));
        var labels = new Dictionary<string, string> { [text] = text };
        var request = JobSamples.Request() with { Name = text, Labels = labels };
        var job = (await store.ApplyAsync([JobSamples.Submit() with { Request = request }, JobSamples.Submit() with { Request = request with { Name = text + "b" } }], null, Cancel))[0].Job!.Id;

        Assert.Equal([job], (await store.ReadPageAsync(new JobQuery { Name = text, Labels = labels, Limit = 9 }, Cancel)).Select(r => r.Job.Id));
    }

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
