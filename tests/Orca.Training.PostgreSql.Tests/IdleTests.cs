using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Npgsql;
using Orca.Training.Tests.Shared;

namespace Orca.Training.PostgreSql.Tests;

/// <summary>A host on which nothing happens writes nothing but its lease.</summary>
public sealed class IdleTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_a_training_runs_in_silence_and_another_waits_nothing_is_written_but_the_lease()
    {
        await using var server = new PostgreSqlServer();
        await server.InitializeAsync();
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        // The server's own housekeeping would count as somebody's writes.
        await AskAsync("ALTER SYSTEM SET autovacuum = off");
        await AskAsync("SELECT pg_reload_conf()");
        // The lease is renewed three times in an hour.
        using var host = NewHost(server, TimeSpan.FromHours(1));
        await host.StartWithTrainingsAsync(Cancel);

        await host.Runtime.ListedAsync(5, Cancel);
        var before = await TransactionsAsync();
        await host.Runtime.ListedAsync(100, Cancel);

        Assert.Equal(before, await TransactionsAsync());
        await host.StopAsync(Cancel);

        // A transaction gets a number when it first writes; this looks at the next one without taking it.
        async Task<object?> TransactionsAsync() => await AskAsync("SELECT pg_snapshot_xmax(pg_current_snapshot())::text");

        async Task<object?> AskAsync(string text)
        {
            await using var command = source.CreateCommand(text);
            return await command.ExecuteScalarAsync(Cancel);
        }
    }

    [Fact]
    public async Task At_the_level_Information_a_host_tells_of_its_start_and_then_nothing_while_it_idles()
    {
        await using var server = new PostgreSqlServer();
        await server.InitializeAsync();
        // Some hundred renewals, looks and listings in the time of this test.
        using var host = NewHost(server, TimeSpan.FromMilliseconds(300), logging => logging.SetMinimumLevel(LogLevel.Information).AddFakeLogging());
        await host.StartAsync(Cancel);
        await host.Runtime.ListedAsync(100, Cancel);
        await host.StopAsync(Cancel);

        var told = host.Services.GetRequiredService<FakeLogCollector>().GetSnapshot();
        // Who decides, on which machine, what others would not find, and the store.
        Assert.Equal([1000, 1011, 1033, 6000], told.Where(r => !r.Category!.StartsWith("Microsoft.Hosting", StringComparison.Ordinal)).Select(r => r.Id.Id).Order());
    }

    private static IdleHost NewHost(PostgreSqlServer server, TimeSpan lease, Action<ILoggingBuilder>? log = null) => new(lease, (builder, training) =>
    {
        log?.Invoke(builder.Logging);
        training.UsePostgreSql(server.ConnectionString, o => o.PollPeriod = TimeSpan.FromSeconds(1));
    });
}
