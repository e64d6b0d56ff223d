using Hangfire;
using Hangfire.Common;
using Hangfire.InMemory;
using Hangfire.States;

namespace Orca.Training.Bench.Pipeline;

/// <summary>
/// Hangfire with its store in memory: eight workers, numbers as ids, and a job that is described once and not from an expression each
/// time. It keeps each job's states.
/// </summary>
internal sealed class HangfirePipeline : IContender
{
    private readonly InMemoryStorage _storage = new(new InMemoryStorageOptions { IdType = InMemoryStorageIdType.Long });
    private readonly BackgroundJobClient _client;
    private readonly BackgroundJobServer _server;
    private readonly Job _one = Job.FromExpression(() => HangfireJob.Run());

    public HangfirePipeline()
    {
        _client = new BackgroundJobClient(_storage);
        _server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 8 }, _storage);
    }

    public async Task RunAsync(int jobs)
    {
        var ran = PeerJob.WhenRan(jobs);
        for (var i = 0; i < jobs; i++)
        {
            _client.Create(_one, new EnqueuedState());
        }

        await ran;
    }

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
        _storage.Dispose();
        return ValueTask.CompletedTask;
    }
}
