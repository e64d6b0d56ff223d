using Orca.Training.Metrics.Relational;
using Orca.Training.Models.Relational;
using Orca.Training.Runs.Relational;
using Orca.Training.Sqlite.Database;
using Orca.Training.Testing.Conformance.Runs;

namespace Orca.Training.Sqlite.Tests;

/// <summary>Runs, models and metrics in the job store's file.</summary>
public sealed class SqliteRunStoresTests : RunStoresConformance
{
    private readonly StoreFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    protected override ValueTask<RunStores> CreateAsync()
    {
        var file = _folder.NewFile();
        var jobs = StoreFolder.Open(file);
        var database = new SqliteRunDatabase(jobs, new SqliteJobStoreOptions { ConnectionString = $"Data Source={file}" });
        var runs = new RelationalRunStore(database);
        return ValueTask.FromResult(new RunStores(jobs, runs, new RelationalModelStore(database, runs), new RelationalMetricStore(database)));
    }
}
