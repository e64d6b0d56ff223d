using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Orca.Training.Artifacts.Folders;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Testing;
using Orca.Training.Tests.Files;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Tracking;

/// <summary>The files that hosts leave which keep their jobs in memory, and the next host on the same folder.</summary>
public sealed class EarlierHostsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_they_left_is_told_once_with_its_size_and_the_option_that_removes_it()
    {
        await TrainOnceAsync();
        await TrainOnceAsync();
        using var next = await StartAsync();

        var told = await ToldAsync(next, 1066);

        Assert.StartsWith("Earlier runs of the host with jobs in memory (2) left ", told, StringComparison.Ordinal);
        Assert.Contains(" KiB of outputs and logs in ", told, StringComparison.Ordinal);
        Assert.Contains("set OrcaTraining:RemoveLeftoverFiles to true", told, StringComparison.Ordinal);
        Assert.Equal(2, Installations("runs").Count(HasJobs));
        await next.StopAsync(Cancel);
    }

    [Fact]
    public async Task It_is_removed_where_the_option_says_so()
    {
        await TrainOnceAsync();
        var before = Installations("runs").Concat(Installations("logs")).Where(HasJobs).ToList();
        Assert.Equal(2, before.Count);

        using var next = await StartAsync(remove: true);
        Assert.StartsWith("Removed ", await ToldAsync(next, 1067), StringComparison.Ordinal);

        Assert.DoesNotContain(before, Directory.Exists);
        await next.StopAsync(Cancel);
    }

    [Fact]
    public async Task Files_of_a_host_that_still_runs_stay()
    {
        using var living = await StartAsync();
        await TrainAsync(living);
        await TrainOnceAsync();

        using var next = await StartAsync(remove: true);
        Assert.Contains(" jobs in memory (1)", await ToldAsync(next, 1067), StringComparison.Ordinal);
        await next.StopAsync(Cancel);

        Assert.Single(Installations("runs"), HasJobs);
        Assert.Single(Installations("logs"), HasJobs);
        var client = living.Services.GetRequiredService<ITrainingClient>();
        var run = Assert.Single(await client.Runs.QueryAsync(new(), Cancel));
        await (await client.Runs.OpenArtifactAsync(run.Job, "model.bin", cancellationToken: Cancel)).DisposeAsync();
        await living.StopAsync(Cancel);
    }

    [Fact]
    public async Task What_a_host_with_a_database_keeps_there_is_not_looked_at()
    {
        var job = Directory.CreateDirectory(_folder["runs/1f2e3d4c/1/1/output"]);
        await File.WriteAllTextAsync(Path.Combine(job.FullName, "model.bin"), "x", Cancel);

        using var next = await StartAsync(remove: true);
        await next.StopAsync(Cancel);

        Assert.True(File.Exists(Path.Combine(job.FullName, "model.bin")));
    }

    [Fact]
    public async Task A_host_that_trained_nothing_leaves_nothing_for_the_next_one_to_tell()
    {
        using (var host = await StartAsync())
        {
            await host.StopAsync(Cancel);
        }

        await TrainOnceAsync();
        using var next = await StartAsync();
        Assert.Contains("with jobs in memory (1) left ", await ToldAsync(next, 1066), StringComparison.Ordinal);
        await next.StopAsync(Cancel);

        Assert.DoesNotContain(Log(next).GetSnapshot(), r => r.Id.Id is 1067 or 1068);
        Assert.Equal(2, Installations("runs").Count());
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(4096, true)]
    public void Folders_that_take_no_room_are_not_told(int bytes, bool isTold)
    {
        FolderArtifactStore store = new(_folder["runs"]);
        var log = new FakeLogger();
        using (var earlier = new EarlierHosts([store], remove: false, log))
        {
            earlier.Look("1f2e3d4c", Cancel);
            Directory.CreateDirectory(_folder["runs/1f2e3d4c/1/1/output"]);
            File.WriteAllBytes(_folder["runs/1f2e3d4c/1/1/output/model.bin"], new byte[bytes]);
        }

        using var next = new EarlierHosts([store], remove: false, log);
        next.Look(ownInstallation: null, Cancel);

        Assert.Equal(isTold, log.Collector.GetSnapshot().Any(r => r.Id.Id == 1066));
    }

    private static bool HasJobs(string installation) => Directory.EnumerateDirectories(installation).Any();

    private static FakeLogCollector Log(IHost host) => host.Services.GetRequiredService<FakeLogCollector>();

    private static Task<string> ToldAsync(IHost host, int id) => host.Services.GetRequiredService<HeardEvents>().WaitAsync(id).WaitAsync(Cancel);

    private static async Task TrainAsync(IHost host)
    {
        var client = host.Services.GetRequiredService<ITrainingClient>();
        await client.Datasets.AddAsync("d", [new DatasetFile("d.txt", _ => ValueTask.FromResult<Stream>(new MemoryStream("1"u8.ToArray())))], Cancel);
        var job = await client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "d" }, Cancel);
        Assert.Equal(JobState.Succeeded, (await client.WatchTrainingAsync(job, cancellationToken: Cancel).LastAsync(Cancel)).State);
    }

    private IEnumerable<string> Installations(string part) =>
        Directory.EnumerateDirectories(_folder[part]).Where(f => !Path.GetFileName(f).Contains('~', StringComparison.Ordinal));

    private async Task TrainOnceAsync()
    {
        using var host = await StartAsync();
        await TrainAsync(host);
        await host.StopAsync(Cancel);
    }

    private async Task<IHost> StartAsync(bool remove = false)
    {
        var engine = new FakeContainerRuntime(TimeProvider.System);
        engine.Script(_ => FakeTraining.Succeeds.Prints("a line").Leaves("model.bin", new byte[4096]));
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
        builder.Logging.AddFakeLogging();
        builder.Services.AddSingleton<HeardEvents>().AddSingleton<ILoggerProvider>(services => services.GetRequiredService<HeardEvents>());
        builder.Services.AddOrcaTraining(o =>
        {
            o.AddAlgorithm("a", "image");
            (o.DataFolder, o.RemoveLeftoverFiles) = (_folder.Path, remove);
        }).UseFakeRuntime(engine);
        var host = builder.Build();
        await host.StartAsync(Cancel);
        return host;
    }

    /// <summary>The first message of each event.</summary>
    private sealed class HeardEvents : ILoggerProvider, ILogger
    {
        private readonly ConcurrentDictionary<int, TaskCompletionSource<string>> _heard = new();

        public Task<string> WaitAsync(int id) => Of(id).Task;

        public ILogger CreateLogger(string categoryName) => this;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Of(eventId.Id).TrySetResult(formatter(state, exception));

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Dispose()
        {
        }

        private TaskCompletionSource<string> Of(int id) => _heard.GetOrAdd(id, _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
