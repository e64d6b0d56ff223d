using System.Net;
using Microsoft.Data.Sqlite;

namespace Orca.Training.EndToEnd.Tests.Orders;

/// <summary>
/// The sample shop is killed within each statement of its transaction, by SIGKILL, on a real server and on a file: an order and its
/// training are there together or not at all, and the next host runs what is there.
/// </summary>
public sealed class OrdersHostKillTests(PostgreSqlServer server) : IClassFixture<PostgreSqlServer>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orca-orders-");

    public void Dispose() => Files.DeleteReadOnly(_folder);

    [Theory]
    [InlineData(Statement.Training, false)]
    [InlineData(Statement.Order, false)]
    [InlineData(Statement.Commit, true)] // It is the server's then, and needs no host any more.
    public async Task A_host_killed_within_a_statement_leaves_both_or_neither(Statement statement, bool areThere)
    {
        await using var shop = await ShopDatabase.CreateAsync(server, $"within_{statement}".ToLowerInvariant());
        await using var host = await StartAsync(shop);
        await shop.ShutAsync(statement);
        var answer = host.OrderAsync("ann");
        var serves = await shop.WaitForHostAsync();

        await host.KillAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => answer);
        await shop.OpenAsync();
        await shop.WaitForEndAsync(serves);

        await CheckAsync(shop, areThere);
    }

    [Fact]
    public async Task A_host_killed_within_the_commit_with_what_serves_it_leaves_neither()
    {
        await using var shop = await ShopDatabase.CreateAsync(server, "together");
        await using var host = await StartAsync(shop);
        await shop.ShutAsync(Statement.Commit);
        var answer = host.OrderAsync("ann");
        var serves = await shop.WaitForHostAsync();

        await host.KillAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => answer);
        await shop.EndAsync(serves);

        await CheckAsync(shop, areThere: false);
    }

    [Fact]
    public async Task A_host_killed_after_the_commit_and_before_the_answer_leaves_both()
    {
        await using var shop = await ShopDatabase.CreateAsync(server, "after");
        await using var host = await StartAsync(shop);
        await shop.ShutAsync(Statement.Commit);
        var answer = host.OrderAsync("ann");
        await shop.WaitForHostAsync();
        await host.PauseAsync();
        await shop.OpenAsync();
        await shop.WaitForOrderAsync();

        await host.KillAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => answer);
        await CheckAsync(shop, areThere: true);
    }

    [Fact]
    public async Task A_host_killed_while_it_waits_for_its_file_leaves_neither()
    {
        await using var host = await OrdersHost.StartAsync(_folder.FullName);
        await using (var other = OpenFile())
        {
            Read(other, "BEGIN IMMEDIATE");
            var answer = host.OrderAsync("ann");
            await host.HearOrderAsync();

            await host.KillAsync();
            await Assert.ThrowsAsync<HttpRequestException>(() => answer);
        }

        await CheckFileAsync(areThere: false);
    }

    [Fact]
    public async Task A_host_on_a_file_killed_when_it_has_answered_leaves_both()
    {
        await using var host = await OrdersHost.StartAsync(_folder.FullName);
        Assert.Equal(HttpStatusCode.Created, (await host.OrderAsync("ann")).StatusCode);

        await host.KillAsync();

        await CheckFileAsync(areThere: true);
    }

    private Task<OrdersHost> StartAsync(ShopDatabase shop) => OrdersHost.StartAsync(_folder.FullName, shop.ConnectionString);

    private async Task CheckAsync(ShopDatabase shop, bool areThere)
    {
        Assert.Equal(areThere ? (1, 1, 1) : (0, 0, 0), await shop.CountAsync());
        await using var next = await StartAsync(shop);
        if (areThere)
        {
            Assert.Equal(("ann", "Succeeded"), await next.FinishAsync(await shop.ReadNumberAsync()));
        }

        Assert.Equal(areThere ? (1, 1, 1) : (0, 0, 0), await shop.CountAsync());
    }

    private async Task CheckFileAsync(bool areThere)
    {
        long expected = areThere ? 1 : 0;
        await using var file = OpenFile();
        Assert.Equal((expected, expected), (Read(file, "SELECT count(*) FROM orders"), Read(file, "SELECT count(*) FROM orca_jobs")));
        await using var next = await OrdersHost.StartAsync(_folder.FullName);
        if (areThere)
        {
            Assert.Equal(("ann", "Succeeded"), await next.FinishAsync(1));
        }

        Assert.Equal(expected, Read(file, "SELECT count(*) FROM orders JOIN orca_jobs ON id = job"));
    }

    private SqliteConnection OpenFile()
    {
        var connection = new SqliteConnection($"Data Source={OrdersHost.FileIn(_folder.FullName)};Pooling=False");
        connection.Open();
        return connection;
    }

    private static object? Read(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        return command.ExecuteScalar();
    }
}
