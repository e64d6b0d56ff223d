using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Orca.Training.Bench.Harness;
using Orca.Training.Jobs;
using Orca.Training.Logs;
using Orca.Training.Metrics;
using Orca.Training.Progress;
using Orca.Training.Tracking;

namespace Orca.Training.Bench.Metrics;

/// <summary>One store behind the tracker's follower, which reads outputs as those of containers; their lines go to the log folders too.</summary>
internal sealed class FollowedOutput : IAsyncDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("orca-metrics-");
    private readonly IHost _host;
    private int _jobs;

    public FollowedOutput(Action<OrcaTrainingBuilder> use)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "bench" });
        use(builder.Services.AddOrcaTraining(o => o.DataFolder = _data.FullName));
        _host = builder.Build();
        Store = _host.Services.GetRequiredService<IMetricStore>();
    }

    public IMetricStore Store { get; }

    /// <summary>The attempt whose output was read last.</summary>
    public AttemptId Last => new(new JobId(_jobs), 1);

    /// <summary>Reads the output of another attempt to its end: until all of it is in the store.</summary>
    public Task<Cost> FollowAsync(PrintedMetrics printed, CancellationToken cancellationToken)
    {
        _jobs++;
        var attempt = new AttemptName(new InstallationId("bench"), Last);
        var work = new TrackerWork(TaskScheduler.Default);
        var logs = new LogWriters(_host.Services.GetRequiredService<ILogStore>(), work, TimeProvider.System, NullLogger.Instance, cancellationToken);
        var metrics = new MetricWriters(Store, work, TimeProvider.System, NullLogger.Instance, cancellationToken);
        return Cost.OfAsync(async () =>
        {
            using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var follower = new OutputFollower(TimeProvider.System, logs, metrics, attempt, rank: 0, _ => ValueTask.CompletedTask);
            await follower.FollowAsync(printed.ReadAsync(reading.Token), default, new OutputDigest(TrainingProgress.None), reading);
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable host)
        {
            await host.DisposeAsync();
        }

        _data.Delete(recursive: true);
    }
}
