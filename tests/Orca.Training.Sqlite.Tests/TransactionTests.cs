using System.Security.Claims;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Auditing;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Testing;

namespace Orca.Training.Sqlite.Tests;

/// <summary>An application's row and its training exist both or not at all.</summary>
public sealed class TransactionTests : IDisposable
{
    private static readonly TrainingRequest Request = new() { Algorithm = "a", DatasetId = "d" };
    private readonly StoreFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_job_of_a_committed_transaction_is_run_to_its_end_and_the_row_is_there()
    {
        using var host = await StartAsync(_folder.NewFile());
        using var connection = Orders(host);
        using var transaction = connection.BeginTransaction();
        var job = await Client(host).TrainAsync(Request, transaction, Cancel);
        Order(connection, transaction, job);

        transaction.Commit();

        Assert.Equal(JobState.Succeeded, (await EndAsync(host, job)).State);
        Assert.Equal([job.Value], OrdersIn(connection));
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_job_that_a_caller_submits_within_a_transaction_is_the_callers_and_its_team_s_and_nothing_waits_for_the_transaction()
    {
        using var host = await StartAsync(_folder.NewFile(), services => services.Configure<AccessOptions>(options =>
            options.Roles["vision"] = new AccessRoleOptions { Claim = "groups", Value = "vision", Role = TrainingRole.Submitter, Team = "vision" }));
        var ada = host.Services.GetRequiredService<ITrainingClientFactory>()
            .For(new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", "ada"), new Claim("groups", "vision")], "test")));
        using var connection = Orders(host);
        using var transaction = connection.BeginTransaction();
        Order(connection, transaction, default);

        var job = await ada.TrainAsync(Request with { OutputModelName = "m" }, transaction, Cancel);
        transaction.Commit();

        var status = await EndAsync(host, job);
        Assert.Equal(("ada", "vision"), (status.User, status.Team));
        Assert.Equal(job, (await ada.GetTrainingStatusAsync(job, Cancel)).JobId);
        Assert.Empty(await host.Services.GetRequiredService<ITrainingClient>().ListAuditAsync(new AuditQuery(), Cancel));
        await ada.CancelTrainingAsync(await ada.TrainAsync(Request with { IsHeld = true }, Cancel), Cancel);
        Assert.Equal(2, (await host.Services.GetRequiredService<ITrainingClient>().ListAuditAsync(new AuditQuery { User = "ada" }, Cancel)).Count);
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_transaction_that_is_rolled_back_leaves_neither_and_the_next_job_is_another()
    {
        using var host = await StartAsync(_folder.NewFile());
        using var connection = Orders(host);
        using (var transaction = connection.BeginTransaction())
        {
            var job = await Client(host).TrainAsync(Request, transaction, Cancel);
            Order(connection, transaction, job);
            transaction.Rollback();
        }

        Assert.Empty(OrdersIn(connection));
        var next = await Client(host).TrainAsync(Request, Cancel);
        await EndAsync(host, next);
        Assert.Equal([next], (await Store(host).ReadPageAsync(new JobQuery { Limit = 10 }, Cancel)).Select(r => r.Job.Id));
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_key_is_one_job_within_a_transaction_after_it_and_beside_it()
    {
        using var host = await StartAsync(_folder.NewFile());
        using var connection = Orders(host);
        var keyed = Request with { IdempotencyKey = "order 17" };
        JobId job;
        using (var transaction = connection.BeginTransaction())
        {
            job = await Client(host).TrainAsync(keyed, transaction, Cancel);
            Assert.Equal(job, await Client(host).TrainAsync(keyed, transaction, Cancel));
            var refusal = await Assert.ThrowsAsync<TrainingException>(() => Client(host).TrainAsync(keyed with { Name = "n" }, transaction, Cancel));
            Assert.Equal(TrainingError.AlreadyExists, refusal.Error);
            transaction.Commit();
        }

        Assert.Equal(JobState.Succeeded, (await EndAsync(host, job)).State);
        Assert.Equal(job, await Client(host).TrainAsync(keyed, Cancel));
        using (var transaction = connection.BeginTransaction())
        {
            Assert.Equal(job, await Client(host).TrainAsync(keyed, transaction, Cancel));
            transaction.Commit();
        }

        Assert.Single(await Store(host).ReadPageAsync(new JobQuery { Limit = 10 }, Cancel));
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_key_of_a_transaction_that_is_rolled_back_is_free()
    {
        using var host = await StartAsync(_folder.NewFile());
        using var connection = Orders(host);
        var keyed = Request with { IdempotencyKey = "order 17" };
        using (var transaction = connection.BeginTransaction())
        {
            await Client(host).TrainAsync(keyed, transaction, Cancel);
            transaction.Rollback();
        }

        var job = await Client(host).TrainAsync(keyed with { Name = "n" }, Cancel);

        Assert.Equal("n", (await EndAsync(host, job)).Request.Name);
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task Ids_that_transactions_draw_and_those_of_other_callers_never_meet()
    {
        using var host = await StartAsync(_folder.NewFile());
        using var connection = Orders(host);
        var jobs = new List<JobId>();
        for (var i = 0; i < 10; i++)
        {
            jobs.Add(await Client(host).TrainAsync(Request, Cancel));
            using var transaction = connection.BeginTransaction();
            jobs.Add(await Client(host).TrainAsync(Request, transaction, Cancel));
            jobs.Add(await Client(host).TrainAsync(Request, transaction, Cancel));
            transaction.Commit();
            Assert.NotNull(await Store(host).ReadAsync(jobs[^1], Cancel));
        }

        Assert.Equal(jobs.Order().Distinct(), jobs);
        foreach (var job in jobs)
        {
            Assert.Equal(JobState.Succeeded, (await EndAsync(host, job)).State);
        }

        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_host_killed_at_any_statement_leaves_both_or_neither_and_the_next_one_runs_the_job()
    {
        var file = _folder.NewFile();
        using var host = await StartAsync(file);
        using var connection = Orders(host);
        var files = new List<(string File, bool IsCommitted)>();
        void Kill(bool isCommitted)
        {
            // What a killed process leaves behind is what the files hold at that moment.
            var copy = _folder.NewFile();
            File.Copy(file, copy);
            File.Copy(file + "-wal", copy + "-wal");
            files.Add((copy, isCommitted));
        }

        Kill(false);
        var transaction = connection.BeginTransaction();
        Kill(false);
        var job = await Client(host).TrainAsync(Request, transaction, Cancel);
        Kill(false);
        Order(connection, transaction, job);
        Kill(false);
        await host.StopAsync(Cancel);
        transaction.Commit();
        Kill(true);

        foreach (var (left, isCommitted) in files)
        {
            using var next = await StartAsync(left);
            using var orders = Orders(next);
            Assert.Equal(isCommitted ? [job.Value] : [], OrdersIn(orders));
            if (isCommitted)
            {
                Assert.Equal(JobState.Succeeded, (await EndAsync(next, job)).State);
            }
            else
            {
                Assert.Null(await Store(next).ReadAsync(job, Cancel));
            }

            await next.StopAsync(Cancel);
        }
    }

    [Fact]
    public async Task A_request_that_is_refused_leaves_the_transaction_as_it_was()
    {
        using var host = await StartAsync(_folder.NewFile());
        using var connection = Orders(host);
        using var transaction = connection.BeginTransaction();

        var refused = await Assert.ThrowsAsync<TrainingException>(() => Client(host).TrainAsync(Request with { Algorithm = "unknown" }, transaction, Cancel));

        Assert.Equal(TrainingError.InvalidArgument, refused.Error);
        Order(connection, transaction, new JobId(7));
        transaction.Commit();
        Assert.Equal([7L], OrdersIn(connection));
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_transaction_that_is_over_or_elsewhere_is_refused()
    {
        using var host = await StartAsync(_folder.NewFile());
        using var connection = Orders(host);
        var over = connection.BeginTransaction();
        over.Commit();
        using var other = new SqliteConnection($"Data Source={_folder.NewFile()};Pooling=False");
        other.Open();
        using var elsewhere = other.BeginTransaction();

        var first = await Assert.ThrowsAsync<TrainingException>(() => Client(host).TrainAsync(Request, over, Cancel));
        var second = await Assert.ThrowsAsync<TrainingException>(() => Client(host).TrainAsync(Request, elsewhere, Cancel));

        Assert.Equal((TrainingError.FailedPrecondition, TrainingError.FailedPrecondition), (first.Error, second.Error));
        Assert.StartsWith("The transaction has ended", first.Message, StringComparison.Ordinal);
        Assert.Contains("which is not the database of the host's job store", second.Message, StringComparison.Ordinal);
        await host.StopAsync(Cancel);
    }

    private static ITrainingClient Client(IHost host) => host.Services.GetRequiredService<ITrainingClient>();

    private static SqliteJobStore Store(IHost host) => host.Services.GetRequiredService<SqliteJobStore>();

    private static async Task<IHost> StartAsync(string file, Action<IServiceCollection>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
        builder.Services.AddOrcaTraining(o => o.AddAlgorithm("a", "image"))
            .UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System)).UseFakeFiles().UseSqlite($"Data Source={file}");
        configure?.Invoke(builder.Services);
        var host = builder.Build();
        await host.StartAsync(Cancel);
        return host;
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

    private static SqliteConnection Orders(IHost host)
    {
        var connection = new SqliteConnection($"Data Source={Store(host).File};Pooling=False");
        connection.Open();
        Run(connection, null, "CREATE TABLE IF NOT EXISTS orders (job INTEGER)");
        return connection;
    }

    private static void Order(SqliteConnection connection, SqliteTransaction transaction, JobId job) =>
        Run(connection, transaction, $"INSERT INTO orders VALUES ({job})");

    private static void Run(SqliteConnection connection, SqliteTransaction? transaction, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        command.Transaction = transaction;
        command.ExecuteNonQuery();
    }

    private static List<long> OrdersIn(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT job FROM orders";
        using var reader = command.ExecuteReader();
        var orders = new List<long>();
        while (reader.Read())
        {
            orders.Add(reader.GetInt64(0));
        }

        return orders;
    }
}
