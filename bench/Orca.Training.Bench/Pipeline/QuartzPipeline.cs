using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Quartz;
using Quartz.Extensibility;

namespace Orca.Training.Bench.Pipeline;

/// <summary>
/// Quartz.NET, with its store in memory or in PostgreSQL, in the fastest form that was found: one durable job for all, a one-off trigger for
/// each, as many triggers taken at a time as there are workers, no trace context. <c>TriggerJob</c>, a job for each trigger, and one trigger at a time are slower.
/// It forgets a trigger that has fired: only with its history, which costs more the more it holds, can a job's end be read.
/// </summary>
internal sealed class QuartzPipeline : IContender
{
    private const int AtATime = 8;
    private const string Number = "number";

    private static readonly JobKey Shared = new("nothing");
    private static int _instances;

    private readonly ServiceProvider _services;
    private readonly IScheduler _scheduler;
    private readonly bool _keepsHistory;
    private long _triggers;

    private QuartzPipeline(ServiceProvider services, IScheduler scheduler, bool keepsHistory)
    {
        _services = services;
        _scheduler = scheduler;
        _keepsHistory = keepsHistory;
    }

    public static Task<IContender> StartAsync() => StartAsync(history: 0);

    /// <param name="history">How many ends it remembers; 0 for none.</param>
    public static async Task<IContender> StartAsync(int history) =>
        await StartAsync(quartz => quartz.UseInMemoryStore(_ => { }), AtATime, history);

    /// <param name="connectionString">The database, where it makes its tables.</param>
    /// <param name="workers">How many jobs it runs at a time.</param>
    public static Task<QuartzPipeline> StartOnPostgreSqlAsync(string connectionString, int workers) =>
        StartAsync(quartz => quartz.UsePersistentStore(store =>
        {
            store.UsePostgres(NpgsqlFactory.Instance, connectionString);
            store.ProvisionSchema();
        }), workers, history: 0);

    private static async Task<QuartzPipeline> StartAsync(Action<IQuartzBuilder> useStore, int workers, int history)
    {
        var name = $"bench-{++_instances}";
        var services = new ServiceCollection().AddLogging();
        services.AddQuartz(quartz =>
        {
            quartz.UseDefaultThreadPool(workers);
            useStore(quartz);
            quartz.ConfigureOptions<QuartzSchedulerOptions>(o =>
            {
                o.InstanceName = name;
                o.MaxBatchSize = workers;
                o.PropagateTraceContext = false;
            });
        });
        if (history > 0)
        {
            services.AddQuartzExecutionHistory(o => o.MaxEntriesPerScheduler = history);
        }

        var provider = services.BuildServiceProvider();
        var scheduler = await provider.GetRequiredService<ISchedulerFactory>().GetScheduler();
        await scheduler.AddJob(JobBuilder.Create<NoJob>().WithIdentity(Shared).StoreDurably().Build());
        await scheduler.Start();
        return new QuartzPipeline(provider, scheduler, history > 0);
    }

    public async Task RunAsync(int jobs)
    {
        var ran = PeerJob.WhenRan(jobs);
        for (var i = 0; i < jobs; i++)
        {
            await SubmitAsync();
        }

        await ran;
    }

    /// <summary>Submits a job of which <see cref="PeerJob"/> hears when it runs.</summary>
    public async Task SubmitAsync() => await _scheduler.ScheduleJob(TriggerBuilder.Create().ForJob(Shared).WithIdentity(NextName()).StartNow().Build());

    public async Task RunOneAsync()
    {
        var (number, ran) = PeerJob.Next();
        await _scheduler.ScheduleJob(TriggerBuilder.Create().ForJob(Shared).WithIdentity(NextName()).UsingJobData(Number, number).StartNow().Build());
        await ran;
    }

    public async Task<long?> CountSucceededAsync()
    {
        if (!_keepsHistory)
        {
            return null;
        }

        // An execution's end is noted after its job has run.
        await _scheduler.Shutdown(waitForJobsToComplete: true);
        var statistics = await _services.GetRequiredService<IExecutionHistoryStore>()
            .QueryExecutionStatistics(new ExecutionStatisticsQuery { SchedulerName = _scheduler.SchedulerName });
        return statistics.Buckets.Sum(b => b.SucceededCount);
    }

    public async ValueTask DisposeAsync()
    {
        await _scheduler.Shutdown(waitForJobsToComplete: true);
        await _services.DisposeAsync();
    }

    private string NextName() => $"t{Interlocked.Increment(ref _triggers)}";

    private sealed class NoJob : IJob
    {
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
        {
            var data = context.Trigger.JobDataMap;
            if (data.Count == 0)
            {
                PeerJob.Run();
            }
            else
            {
                PeerJob.RunAwaited(data.GetLong(Number));
            }

            return ValueTask.CompletedTask;
        }
    }
}
