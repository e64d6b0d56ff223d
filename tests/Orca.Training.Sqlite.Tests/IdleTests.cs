using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Orca.Training.Testing;

namespace Orca.Training.Sqlite.Tests;

/// <summary>What a host costs that has nothing to do.</summary>
public sealed class IdleTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task A_host_that_has_nothing_to_do_writes_nothing() => VirtualTime.RunAsync(async time =>
    {
        var cancel = TestContext.Current.CancellationToken;
        var file = _folder.NewFile();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
        builder.Services.AddOrcaTraining(o => o.AddAlgorithm("a", "image"))
            .UseSqlite($"Data Source={file}").UseFakeRuntime(new FakeContainerRuntime(time)).UseFakeStores().UseVirtualTime(time);
        using var host = builder.Build();
        await host.StartAsync(cancel);
        await Task.Delay(TimeSpan.FromMinutes(1), time, cancel);
        using var other = new SqliteConnection($"Data Source={file};Pooling=false");
        other.Open();
        var before = DataVersion(other);

        await Task.Delay(TimeSpan.FromHours(6), time, cancel);

        Assert.Equal(before, DataVersion(other));
        await host.StopAsync(cancel);
    });

    /// <summary>Changes with every commit of another connection.</summary>
    private static long DataVersion(SqliteConnection connection)
    {
        using var command = new SqliteCommand("PRAGMA data_version", connection);
        return (long)command.ExecuteScalar()!;
    }
}
