using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using Npgsql;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Jobs;
using Orca.Training.Tests.Shared;

namespace Orca.Training.PostgreSql.Tests;

/// <summary>Removals, and those who watch other jobs meanwhile.</summary>
public sealed class RemovalTests(PostgreSqlServer server)
{
    private const int Watchers = 50;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_removal_asks_the_server_once_for_all_who_watch_and_wakes_none_of_them()
    {
        var log = new FakeLogCollector();
        using var loggers = LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Information).AddProvider(new FakeLoggerProvider(log)));
        var source = new NpgsqlDataSourceBuilder(server.ConnectionString).UseLoggerFactory(loggers).Build();
        var options = new PostgreSqlJobStoreOptions { Schema = Stores.NewSchema(), PollPeriod = TimeSpan.FromHours(1) };
        await using var store = new PostgreSqlJobStore(new PostgreSqlDataSource(source, isOwned: true), options, TimeProvider.System, NullLogger.Instance);
        var fence = (await store.AcquireLeaseAsync("a", TimeSpan.FromHours(1), Cancel))!.Value;
        var watched = (await store.ApplyAsync([.. Enumerable.Repeat(JobSamples.Submit(), Watchers)], null, Cancel)).Select(r => r.Job!).ToList();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var watching = watched.ConvertAll(j => store.ReadJobChangesAsync(j.Id, j.Revision, enough.Token).AsTask());
        await RemoveOneAsync();
        var cursor = (await store.ReadOpenJobsAsync(Cancel)).Cursor;

        // Each watcher reads its job once when it begins.
        while (Reads("SELECT id, document") < Watchers)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        }

        log.Clear();
        for (var i = 0; i < 5; i++)
        {
            await RemoveOneAsync();
        }

        // What is told after the removals comes to who reads after it.
        await store.ApplyAsync([JobSamples.Submit()], null, Cancel);
        while ((await store.ReadChangesAsync(cursor, Cancel)) is var page && page.Changes.All(j => j.State.IsFinal()))
        {
            cursor = page.Next;
        }

        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Cancel);
        // One for each removal at most, and one for the one before; of the jobs themselves only those that are finished here.
        Assert.InRange(Reads("SELECT id FROM"), 1, 6);
        Assert.InRange(Reads("SELECT id, document"), 0, 5);
        Assert.DoesNotContain(watching, w => w.IsCompleted);
        enough.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(watching));

        int Reads(string what) => log.GetSnapshot().Count(
            r => r.Message.Contains("WHERE id = ANY", StringComparison.Ordinal) && r.Message.Contains(what, StringComparison.Ordinal));

        async Task RemoveOneAsync()
        {
            var job = (await store.ApplyAsync([JobSamples.Submit()], null, Cancel))[0].Job!.Id;
            await store.ApplyAsync([new JobCommand.FinishQueued(job, JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(1))], fence, Cancel);
            await store.RemoveAsync([job], fence, Cancel);
        }
    }
}
