using Hangfire;
using Hangfire.Common;
using Hangfire.InMemory;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Hangfire.States;

namespace Orca.Training.Bench.Pipeline;

/// <summary>
/// Hangfire, with its store in memory or in PostgreSQL: numbers as ids, and a job that is described once and not from an expression each
/// time. It keeps each job's states.
/// </summary>
internal sealed class HangfirePipeline : IContender
{
    private readonly JobStorage _storage;
    private readonly BackgroundJobClient _client;
    private readonly BackgroundJobServer _server;
    private readonly Job _one = Job.FromExpression(() => HangfireJob.Run());

    public HangfirePipeline()
        : this(new InMemoryStorage(new InMemoryStorageOptions { IdType = InMemoryStorageIdType.Long }), workers: 8)
    {
    }

    private HangfirePipeline(JobStorage storage, int workers)
    {
        _storage = storage;
        _client = new BackgroundJobClient(_storage);
        _server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = workers }, _storage);
    }

    /// <param name="connectionString">The database, where it makes its tables.</param>
    /// <param name="workers">How many jobs it runs at a time.</param>
    public static HangfirePipeline OnPostgreSql(string connectionString, int workers) =>
        // A worker that found nothing looks again soon; the default is 15 s.
        new(new PostgreSqlStorage(new NpgsqlConnectionFactory(connectionString, Options), Options), workers);

    private static PostgreSqlStorageOptions Options => new() { QueuePollInterval = TimeSpan.FromMilliseconds(50), EnableLongPolling = true };

    public async Task RunAsync(int jobs)
    {
        var ran = PeerJob.WhenRan(jobs);
        for (var i = 0; i < jobs; i++)
        {
            Submit();
        }

        await ran;
    }

    /// <summary>Submits a job of which <see cref="PeerJob"/> hears when it runs.</summary>
    public void Submit() => _client.Create(_one, new EnqueuedState());

    public async Task RunOneAsync()
    {
        var (number, ran) = PeerJob.Next();
        _client.Create(Job.FromExpression(() => HangfireJob.RunAwaited(number)), new EnqueuedState());
        await ran;
    }

    public Task<long?> CountSucceededAsync()
    {
        // A job's end is noted after it has run.
        _server.SendStop();
        _server.WaitForShutdown(TimeSpan.FromSeconds(30));
        return Task.FromResult<long?>(_storage.GetMonitoringApi().SucceededListCount());
    }

    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        (_storage as IDisposable)?.Dispose();
        return ValueTask.CompletedTask;
    }
}
