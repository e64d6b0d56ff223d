using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Testing;
using Orca.Training.Testing.Conformance.Jobs;
using Orca.Training.Tests.Shared;

namespace Orca.Training.PostgreSql.Tests;

/// <summary>An application's row and its training exist both or not at all, however late its transaction commits.</summary>
public sealed class TransactionTests(PostgreSqlServer server)
{
    private static readonly TrainingRequest Request = new() { Algorithm = "a", DatasetId = "d" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_of_a_committed_transaction_is_run_to_its_end_and_the_row_is_there()
    {
        await using var orders = await OrdersAsync();
        using var host = await StartAsync(orders.Schema);
        var job = await Client(host).TrainAsync(Request, orders.Transaction, Cancel);
        await orders.AddAsync(job);

        await orders.Transaction.CommitAsync(Cancel);

        Assert.Equal(JobState.Succeeded, (await EndAsync(host, job)).State);
        Assert.Equal([job.Value], await orders.ReadAsync());
        await host.StopAsync(Cancel);
    }

    [Theory]
    [InlineData("begin", false)]
    [InlineData("submit", false)]
    [InlineData("insert", false)]
    [InlineData("commit", true)]
    public async Task An_application_killed_after_any_statement_leaves_both_or_neither(string killedAfter, bool isThere)
    {
        await using var orders = await OrdersAsync();
        await using var store = Stores.Open(server, orders.Schema);
        using var host = await StartAsync(orders.Schema);
        var job = new JobId(1L << 60);
        await RunAsync();
        await orders.CutAsync();

        Assert.Equal(isThere, (await orders.ReadAsync()).Count > 0);
        Assert.Equal(isThere, await store.ReadAsync(job, Cancel) is not null);
        if (isThere)
        {
            Assert.Equal(JobState.Succeeded, (await EndAsync(host, job)).State);
        }

        await host.StopAsync(Cancel);

        async Task RunAsync()
        {
            if (killedAfter is "begin")
            {
                return;
            }

            job = await Client(host).TrainAsync(Request, orders.Transaction, Cancel);
            if (killedAfter is "submit")
            {
                return;
            }

            await orders.AddAsync(job);
            if (killedAfter is "commit")
            {
                await orders.Transaction.CommitAsync(Cancel);
            }
        }
    }

    [Fact]
    public async Task A_transaction_that_commits_late_is_not_skipped_and_keeps_no_other_job_waiting()
    {
        await using var orders = await OrdersAsync();
        await using var store = Stores.Open(server, orders.Schema, configure: o => o.PollPeriod = TimeSpan.FromHours(1));
        using var host = await StartAsync(orders.Schema);
        var cursor = (await store.ReadOpenJobsAsync(Cancel)).Cursor;
        var late = await Client(host).TrainAsync(Request, orders.Transaction, Cancel);
        var others = new[] { await Client(host).TrainAsync(Request, Cancel), await Client(host).TrainAsync(Request, Cancel) };
        Assert.All(others, o => Assert.True(late < o, "the late job's id was not drawn first"));
        foreach (var other in others)
        {
            Assert.Equal(JobState.Succeeded, (await EndAsync(host, other)).State);
        }

        cursor = await ReadPastAsync(store, cursor, others);
        await orders.Transaction.CommitAsync(Cancel);

        Assert.Equal(JobState.Succeeded, (await EndAsync(host, late)).State);
        await ReadPastAsync(store, cursor, late);
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_key_is_one_job_within_a_transaction_and_after_it()
    {
        await using var orders = await OrdersAsync();
        using var host = await StartAsync(orders.Schema);
        var keyed = Request with { IdempotencyKey = "order 17" };
        var job = await Client(host).TrainAsync(keyed, orders.Transaction, Cancel);
        Assert.Equal(job, await Client(host).TrainAsync(keyed, orders.Transaction, Cancel));
        var refusal = await Assert.ThrowsAsync<TrainingException>(() => Client(host).TrainAsync(keyed with { Name = "n" }, orders.Transaction, Cancel));
        await orders.Transaction.CommitAsync(Cancel);

        Assert.Equal(TrainingError.AlreadyExists, refusal.Error);
        Assert.Equal(job, await Client(host).TrainAsync(keyed, Cancel));
        Assert.Equal(JobState.Succeeded, (await EndAsync(host, job)).State);
        await host.StopAsync(Cancel);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_key_that_an_open_transaction_has_taken_is_refused_for_so_long_and_keeps_nobody_waiting(bool isCommitted)
    {
        await using var orders = await OrdersAsync();
        await using var store = Stores.Open(server, orders.Schema);
        var keyed = new JobCommand.Submit(Request with { IdempotencyKey = "order 17" }, "ann", JobSamples.At(1)) { Fingerprint = "f" };
        var within = (await store.SubmitWithinAsync(keyed, orders.Transaction, Cancel)).Job!.Id;

        var outside = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.ApplyAsync([keyed], null, Cancel).AsTask()));
        var others = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i => (await store.ApplyAsync([keyed with { User = $"user {i}" }], null, Cancel))[0]));
        var refusal = await Assert.ThrowsAsync<JobStoreUnavailableException>(() => outside);
        await (isCommitted ? orders.Transaction.CommitAsync(Cancel) : orders.Transaction.RollbackAsync(Cancel));
        var after = (await store.ApplyAsync([keyed], null, Cancel))[0];

        Assert.Contains("uses the idempotency key 'order 17': nothing was stored", refusal.Message, StringComparison.Ordinal);
        Assert.All(others, o => Assert.True(o.Applied));
        Assert.Equal(isCommitted, after.Rejection is Rejection.KeyInUse);
        Assert.Equal(isCommitted, after.Job!.Id == within);
    }

    [Fact]
    public async Task Two_transactions_with_one_key_come_one_after_the_other_and_get_one_job()
    {
        await using var orders = await OrdersAsync();
        await using var store = Stores.Open(server, orders.Schema);
        var keyed = new JobCommand.Submit(Request with { IdempotencyKey = "order 17" }, "ann", JobSamples.At(1)) { Fingerprint = "f" };
        var first = await store.SubmitWithinAsync(keyed, orders.Transaction, Cancel);
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var connection = await source.OpenConnectionAsync(Cancel);
        await using var another = await connection.BeginTransactionAsync(Cancel);

        var second = store.SubmitWithinAsync(keyed, another, Cancel).AsTask();
        await WaitsForALockAsync(source, connection.ProcessID);
        await orders.Transaction.CommitAsync(Cancel);

        Assert.Equal((Rejection.KeyInUse, first.Job!.Id), ((await second).Rejection, (await second).Job!.Id));
        await another.CommitAsync(Cancel);
        Assert.Single(await store.ReadPageAsync(new JobQuery { Limit = 10 }, Cancel));
    }

    [Fact]
    public async Task A_late_job_can_be_cancelled_before_it_has_a_place_in_the_feed()
    {
        await using var orders = await OrdersAsync();
        await using var store = Stores.Open(server, orders.Schema);
        var client = new JobCommand.Submit(Request, "ann", JobSamples.At(1));
        var job = (await store.SubmitWithinAsync(client, orders.Transaction, Cancel)).Job!.Id;
        await orders.Transaction.CommitAsync(Cancel);

        Assert.True((await store.ApplyAsync([new JobCommand.RequestCancel(job, JobSamples.At(2))], null, Cancel))[0].Applied);

        var page = await store.ReadChangesAsync(default, Cancel);
        Assert.Equal((job, 2), (page.Changes[^1].Id, page.Changes[^1].Revision));
    }

    [Fact]
    public async Task A_transaction_that_is_over_or_elsewhere_is_refused()
    {
        await using var orders = await OrdersAsync();
        using var host = await StartAsync(orders.Schema);
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "template1" });
        await using var connection = await source.OpenConnectionAsync(Cancel);
        await using var elsewhere = await connection.BeginTransactionAsync(Cancel);
        await orders.Transaction.CommitAsync(Cancel);

        var first = await Assert.ThrowsAsync<TrainingException>(() => Client(host).TrainAsync(Request, orders.Transaction, Cancel));
        var second = await Assert.ThrowsAsync<TrainingException>(() => Client(host).TrainAsync(Request, elsewhere, Cancel));

        Assert.StartsWith("The transaction has ended", first.Message, StringComparison.Ordinal);
        Assert.Contains($"where schema '{orders.Schema}' is not the host's job store", second.Message, StringComparison.Ordinal);
        await host.StopAsync(Cancel);
    }

    private static async Task WaitsForALockAsync(NpgsqlDataSource source, int session)
    {
        await using var waits = source.CreateCommand($"SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = {session}");
        while (await waits.ExecuteScalarAsync(Cancel) is not true)
        {
            await Task.Yield();
        }
    }

    private static ITrainingClient Client(IHost host) => host.Services.GetRequiredService<ITrainingClient>();

    private static async Task<ChangeCursor> ReadPastAsync(PostgreSqlJobStore store, ChangeCursor cursor, params JobId[] finals)
    {
        var missing = finals.ToHashSet();
        while (missing.Count > 0)
        {
            var page = await store.ReadChangesAsync(cursor, Cancel);
            missing.ExceptWith(page.Changes.Where(j => j.State.IsFinal()).Select(j => j.Id));
            cursor = page.Next;
        }

        return cursor;
    }

    private static async Task<TrainingStatus> EndAsync(IHost host, JobId job)
    {
        TrainingStatus? last = null;
        await foreach (var status in Client(host).WatchTrainingAsync(job, cancellationToken: Cancel))
        {
            last = status;
        }

        return last!;
    }

    private async Task<IHost> StartAsync(string schema)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
        builder.Services.AddOrcaTraining(o => o.AddAlgorithm("a", "image"))
            .UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System)).UseFakeFiles().UsePostgreSql(server.ConnectionString, o => o.Schema = schema);
        var host = builder.Build();
        await host.StartAsync(Cancel);
        return host;
    }

    private async Task<Orders> OrdersAsync() => await Orders.BeginAsync(NpgsqlDataSource.Create(server.ConnectionString), Stores.NewSchema());

    /// <summary>The application's own table, connection and transaction.</summary>
    private sealed class Orders(NpgsqlDataSource source, NpgsqlConnection connection, NpgsqlTransaction transaction, string schema) : IAsyncDisposable
    {
        public string Schema => schema;

        public NpgsqlTransaction Transaction => transaction;

        public static async Task<Orders> BeginAsync(NpgsqlDataSource source, string schema)
        {
            await using (var create = source.CreateCommand($"CREATE TABLE public.orders_{schema} (job bigint)"))
            {
                await create.ExecuteNonQueryAsync(Cancel);
            }

            var connection = await source.OpenConnectionAsync(Cancel);
            return new Orders(source, connection, await connection.BeginTransactionAsync(Cancel), schema);
        }

        public async Task AddAsync(JobId job)
        {
            await using var insert = new NpgsqlCommand($"INSERT INTO public.orders_{schema} VALUES ({job})", connection, transaction);
            await insert.ExecuteNonQueryAsync(Cancel);
        }

        /// <summary>Ends the application's session as its death does, and waits until the server has noticed.</summary>
        public async Task CutAsync()
        {
            await using var cut = source.CreateCommand($"SELECT pg_terminate_backend({connection.ProcessID}, 10000)");
            Assert.Equal(true, await cut.ExecuteScalarAsync(Cancel));
        }

        public async Task<List<long>> ReadAsync()
        {
            await using var command = source.CreateCommand($"SELECT job FROM public.orders_{schema}");
            await using var reader = await command.ExecuteReaderAsync(Cancel);
            var orders = new List<long>();
            while (await reader.ReadAsync(Cancel))
            {
                orders.Add(reader.GetInt64(0));
            }

            return orders;
        }

        public async ValueTask DisposeAsync()
        {
            try
            {
                await connection.DisposeAsync();
            }
            catch (NpgsqlException)
            {
                // It was cut.
            }

            await source.DisposeAsync();
        }
    }
}
