using Npgsql;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Testing.Conformance.Jobs;
using Orca.Training.Tests.Shared;

namespace Orca.Training.PostgreSql.Tests;

/// <summary>Real faults of a real server: connections that are cut, a stop, a crash.</summary>
public sealed class FaultTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_cut_at_any_moment_lose_nothing_that_was_acknowledged_and_it_goes_on()
    {
        await using var server = new PostgreSqlServer();
        await server.InitializeAsync();
        await using var store = Stores.Open(server, "orca");
        var cursor = (await store.ReadOpenJobsAsync(Cancel)).Cursor;
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var cutting = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                await CutAsync(source);
            }
        }, Cancel);

        var acknowledged = new List<JobId>();
        var unknown = 0;
        for (var i = 0; i < 50; i++)
        {
            try
            {
                acknowledged.Add((await store.ApplyAsync([JobSamples.Submit()], null, Cancel))[0].Job!.Id);
            }
            catch (JobStoreUnavailableException)
            {
                unknown++;
            }
        }

        enough.Cancel();
        await cutting;
        await CheckAsync(store, cursor, acknowledged, unknown);
    }

    [Fact]
    public async Task What_comes_together_is_there_once_and_whole_if_it_is_repeated_under_its_key_after_a_cut()
    {
        const int groups = 30, together = 5;
        await using var server = new PostgreSqlServer();
        await server.InitializeAsync();
        await using var store = Stores.Open(server, "orca");
        await store.OpenAsync(Cancel);
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        var answers = new List<JobId>();
        for (var i = 0; i < groups; i++)
        {
            var submitting = store.ApplyAsync([Together(i)], null, Cancel).AsTask();
            await CutAsync(source);
            while (answers.Count == i)
            {
                try
                {
                    answers.Add((await submitting)[0].Job!.Id);
                }
                catch (JobStoreUnavailableException)
                {
                    // Whether it is on record is not known: so the same again.
                    submitting = store.ApplyAsync([Together(i)], null, Cancel).AsTask();
                }
            }
        }

        var open = (await store.ReadOpenJobsAsync(Cancel)).Jobs;
        Assert.Equal(answers.Select((first, i) => ($"g{i}", first, together)), open.GroupBy(j => j.Request.Group).Select(g => (g.Key!, g.First().Id, g.Count())));

        static JobCommand.SubmitAll Together(int number) => new(
            [.. Enumerable.Range(0, together).Select(i => JobSamples.Submit() with
            {
                Request = JobSamples.Request() with { Group = $"g{number}", IdempotencyKey = i == 0 ? $"k{number}" : null },
                Fingerprint = "f",
            })]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_is_stopped_or_crashes_and_comes_back_is_survived(bool isCrash)
    {
        await using var server = new PostgreSqlServer();
        await server.InitializeAsync();
        await using var store = Stores.Open(server, "orca");
        var cursor = (await store.ReadOpenJobsAsync(Cancel)).Cursor;
        var acknowledged = new List<JobId> { await SubmitAsync(store) };
        Assert.NotEmpty((await store.ReadChangesAsync(cursor, Cancel)).Changes);
        var waiting = store.ReadChangesAsync((await store.ReadOpenJobsAsync(Cancel)).Cursor, Cancel).AsTask();
        await (isCrash ? server.KillAsync() : server.StopAsync());

        // The connection may break under a write, whose effect is not known then, and cannot be made anew, when it is.
        var first = await Assert.ThrowsAsync<JobStoreUnavailableException>(() => SubmitAsync(store));
        Assert.Contains("is not known", first.Message, StringComparison.Ordinal);
        var second = await Assert.ThrowsAsync<JobStoreUnavailableException>(() => SubmitAsync(store));
        Assert.Contains("cannot be reached; nothing was stored", second.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<JobStoreUnavailableException>(() => store.ReadOpenJobsAsync(Cancel).AsTask());
        await Assert.ThrowsAsync<JobStoreUnavailableException>(() => store.AcquireLeaseAsync("a", TimeSpan.FromHours(1), Cancel).AsTask());

        await server.StartAsync();
        var next = await SubmitAsync(store);
        acknowledged.Add(next);
        Assert.Contains(next, (await waiting).Changes.Select(j => j.Id));
        await CheckAsync(store, cursor, acknowledged, unknown: 1);
    }

    [Fact]
    public async Task A_server_that_is_not_there_at_the_start_is_named()
    {
        await using var store = new PostgreSqlJobStore(
            new PostgreSqlDataSource(NpgsqlDataSource.Create("Host=/nowhere;Database=d;Username=u;Password=secret"), isOwned: true),
            new PostgreSqlJobStoreOptions(),
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

        var refused = await Assert.ThrowsAsync<JobStoreUnavailableException>(() => store.GetInstallationAsync(Cancel).AsTask());

        Assert.Contains("d on /nowhere", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
    }

    private static async Task CutAsync(NpgsqlDataSource source)
    {
        await using var cut = source.CreateCommand("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
        await cut.ExecuteNonQueryAsync(Cancel);
    }

    /// <summary>All that was acknowledged is on record, nothing else than what was in doubt, and the feed has all of it.</summary>
    private static async Task CheckAsync(PostgreSqlJobStore store, ChangeCursor cursor, List<JobId> acknowledged, int unknown)
    {
        var recorded = (await store.ReadOpenJobsAsync(Cancel)).Jobs.Select(j => j.Id).ToHashSet();
        Assert.Subset(recorded, acknowledged.ToHashSet());
        Assert.InRange(recorded.Count, acknowledged.Count, acknowledged.Count + unknown);
        var told = new HashSet<JobId>();
        while (told.Count < recorded.Count)
        {
            var page = await store.ReadChangesAsync(cursor, Cancel);
            told.UnionWith(page.Changes.Select(j => j.Id));
            cursor = page.Next;
        }

        Assert.Equal(recorded, told);
    }

    private static async Task<JobId> SubmitAsync(PostgreSqlJobStore store) => (await store.ApplyAsync([JobSamples.Submit()], null, Cancel))[0].Job!.Id;
}
