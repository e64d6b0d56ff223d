using Npgsql;
using Orca.Training.Metrics.Relational;
using Orca.Training.Models.Relational;
using Orca.Training.PostgreSql.Database;
using Orca.Training.Runs.Relational;
using Orca.Training.Testing.Conformance.Runs;
using Orca.Training.Tests.Shared;

namespace Orca.Training.PostgreSql.Tests;

/// <summary>Runs, models and metrics in the job store's schema, on a real server.</summary>
public sealed class PostgreSqlRunStoresTests(PostgreSqlServer server) : RunStoresConformance
{
    private readonly PostgreSqlDataSource _data = new(NpgsqlDataSource.Create(server.ConnectionString), isOwned: true);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _data.DisposeAsync();
    }

    [Fact]
    public async Task Of_a_job_with_very_many_points_the_older_ones_are_thinned_and_the_peaks_and_the_newest_stay()
    {
        var schema = Stores.NewSchema();
        await using var jobs = Stores.Open(server, schema);
        await MetricThinningCase.CheckAsync(new RelationalMetricStore(new PostgreSqlRunDatabase(jobs, _data, schema)) { MostPoints = MetricThinningCase.MostPoints });
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
        var schema = Stores.NewSchema();
        var jobs = Stores.Open(server, schema);
        var database = new PostgreSqlRunDatabase(jobs, _data, schema);
        var runs = new RelationalRunStore(database);
        return ValueTask.FromResult(new RunStores(jobs, runs, new RelationalModelStore(database, runs), new RelationalMetricStore(database)));
    }
}
