using Orca.Training.Metrics.Relational;
using Orca.Training.Models.Relational;
using Orca.Training.Runs.Relational;
using Orca.Training.Sqlite.Database;
using Orca.Training.Testing.Conformance.Runs;
using Orca.Training.Tests.Shared;

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

    [Fact]
    public async Task Of_a_job_with_very_many_points_the_older_ones_are_thinned_and_the_peaks_and_the_newest_stay()
    {
        var file = _folder.NewFile();
        await using var jobs = StoreFolder.Open(file);
        await MetricThinningCase.CheckAsync(new RelationalMetricStore(Database(jobs, file)) { MostPoints = MetricThinningCase.MostPoints });
    }

    [Fact]
    public async Task A_run_that_is_removed_goes_with_its_metrics()
    {
        var stores = await CreateAsync();
        await RunRemovalCase.CheckAsync(stores);
        await ((IAsyncDisposable)stores.Jobs).DisposeAsync();
    }

    protected override ValueTask<RunStores> CreateAsync()
    {
        var file = _folder.NewFile();
        var jobs = StoreFolder.Open(file);
        var database = Database(jobs, file);
        var runs = new RelationalRunStore(database);
        return ValueTask.FromResult(new RunStores(jobs, runs, new RelationalModelStore(database, runs), new RelationalMetricStore(database)));
    }

    private static SqliteRunDatabase Database(SqliteJobStore jobs, string file) =>
        new(jobs, new SqliteJobStoreOptions { ConnectionString = $"Data Source={file}" });
}
