using Microsoft.Data.Sqlite;
using Orca.Training.Tests.Shared;

namespace Orca.Training.Sqlite.Tests;

/// <summary>A host on which nothing happens leaves the disk alone.</summary>
public sealed class IdleTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task While_a_training_runs_in_silence_and_another_waits_nothing_is_written()
    {
        var file = _folder.NewFile();
        using var host = new IdleHost(TimeSpan.FromSeconds(1), (_, training) => training.UseSqlite($"Data Source={file}"));
        await host.StartWithTrainingsAsync(Cancel);
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();

        await host.Runtime.ListedAsync(5, Cancel);
        var before = Version();
        await host.Runtime.ListedAsync(100, Cancel);

        Assert.Equal(before, Version());
        await host.StopAsync(Cancel);

        // It changes with every commit of another connection.
        long Version()
        {
            using var version = connection.CreateCommand();
            version.CommandText = "PRAGMA data_version";
            return (long)version.ExecuteScalar()!;
        }
    }
}
