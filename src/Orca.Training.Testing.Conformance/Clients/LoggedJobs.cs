using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Logs;
using Orca.Training.Machines;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>A service in this process, with a test in place of the tracker: it says what becomes of jobs and what they print.</summary>
internal sealed class LoggedJobs : IDisposable
{
    private const long StartOf2026 = 1_767_225_600_000_000_000;

    private readonly ServiceProvider _services;
    private readonly Dictionary<(JobId Job, int Attempt, int Rank), OutputPosition> _ends = [];
    private Fence? _fence;

    public LoggedJobs(Func<ILogStore, ILogStore>? logs = null)
    {
        var services = new ServiceCollection().AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddOrcaTraining(o => o.AddAlgorithm("cnn", "image")).UseFakeStores();
        if (logs is not null)
        {
            var fake = services.BuildServiceProvider().GetRequiredService<ILogStore>();
            services.AddSingleton(_ => logs(fake));
        }

        _services = services.BuildServiceProvider();
    }

    public ITrainingClient Client => _services.GetRequiredService<ITrainingClient>();

    public ITrainingClientFactory Clients => _services.GetRequiredService<ITrainingClientFactory>();

    public ILogStore Logs => _services.GetRequiredService<ILogStore>();

    private IJobStore Jobs => _services.GetRequiredService<IJobStore>();

    /// <summary>A queued job.</summary>
    public async Task<JobId> SubmitAsync(int workers = 1) =>
        (await Jobs.ApplyAsync([new JobCommand.Submit(new TrainingRequest { Algorithm = "cnn", DatasetId = "digits", DatasetVersion = "v", Workers = workers }, null, Now)], null, Token))[0].Job!.Id;

    /// <summary>A job whose first attempt runs.</summary>
    public async Task<JobId> RunAsync(int workers = 1)
    {
        var job = await SubmitAsync(workers);
        await BeginAsync(job, 1);
        return job;
    }

    /// <summary>An attempt begins and runs.</summary>
    public async Task BeginAsync(JobId job, int attempt)
    {
        await DecideAsync(new JobCommand.BeginAttempt(job, attempt, "machine", Now));
        await DecideAsync(new JobCommand.BeginRunning(job, attempt, ["container"], Now));
    }

    /// <summary>A job whose first attempt launches.</summary>
    public async Task<JobId> LaunchAsync()
    {
        var job = await SubmitAsync();
        await DecideAsync(new JobCommand.BeginAttempt(job, 1, "machine", Now));
        return job;
    }

    /// <summary>An attempt is given up, and another one will follow.</summary>
    public Task PutOffAsync(JobId job, int attempt) => DecideAsync(new JobCommand.Defer(job, attempt, "no room", Now, Now));

    /// <summary>An attempt completes, and its job with it.</summary>
    public Task SucceedAsync(JobId job, int attempt = 1) => DecideAsync(new JobCommand.Publish(job, attempt, [], TrainingProgress.None, Now));

    /// <summary>A job ends before it ran.</summary>
    public Task CancelQueuedAsync(JobId job) => DecideAsync(new JobCommand.FinishQueued(job, JobState.Cancelled, new Outcome(OutcomeCode.Cancelled, "No."), Now));

    /// <summary>An attempt prints lines, a second apart; those that begin with '!' on standard error.</summary>
    public async Task PrintAsync(JobId job, int attempt, int rank, params string[] lines)
    {
        var end = _ends.GetValueOrDefault((job, attempt, rank), new OutputPosition(StartOf2026, 0));
        var entries = lines.Select(l => new LogEntry(
            end = end.Next(end.Timestamp + 1_000_000_000), l.StartsWith('!') ? OutputStream.Error : OutputStream.Standard, l)).ToArray();
        _ends[(job, attempt, rank)] = end;
        await Logs.AppendAsync(await NameAsync(job, attempt), rank, entries, Token);
    }

    /// <summary>An attempt as the log store knows it.</summary>
    public async Task<AttemptName> NameAsync(JobId job, int attempt) => new(await Jobs.GetInstallationAsync(Token), new AttemptId(job, attempt));

    /// <summary>When the n-th line was printed, n from 1.</summary>
    public static DateTimeOffset TimeOf(int line) => DateTimeOffset.UnixEpoch.AddTicks(StartOf2026 / TimeSpan.NanosecondsPerTick).AddSeconds(line);

    public void Dispose() => _services.Dispose();

    private static CancellationToken Token => Patience.Token;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private async Task DecideAsync(JobCommand command)
    {
        _fence ??= await Jobs.AcquireLeaseAsync("test", TimeSpan.FromMinutes(10), Token);
        Assert.True((await Jobs.ApplyAsync([command], _fence, Token))[0].Applied, $"{command} was refused");
    }
}
