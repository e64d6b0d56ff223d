using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Logs;
using Orca.Training.Machines;
using Orca.Training.Testing;
using Orca.Training.Tests.Files;
using Orca.Training.Tests.Logs;

namespace Orca.Training.Tests.Tracking;

/// <summary>What trainings print, through a whole host: tracker, log store and client.</summary>
public sealed class LogTests
{
    private static readonly TaskCompletionSource Never = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task Lines_are_told_within_a_fifth_of_a_second_while_it_runs_and_are_there_when_all_is_over() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromHours(5))
            .Prints("one").PrintsError("two", TimeSpan.FromSeconds(1)).Prints("three", TimeSpan.FromHours(1)).Prints("four", TimeSpan.FromHours(5)));
        var job = await host.TrainAsync();
        var start = time.GetUtcNow();
        var told = new List<(string Text, TimeSpan At)>();

        await foreach (var line in host.Client.StreamLogsAsync(job, new LogQuery { Follow = true }, Cancel))
        {
            told.Add((line.Text, time.GetUtcNow() - start));
        }

        Assert.Equal(["one", "two", "three", "four"], told.Select(t => t.Text));
        TimeSpan[] printed = [TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), TimeSpan.FromHours(5)];
        Assert.All(told.Zip(printed), t => Assert.InRange(t.First.At - t.Second, TimeSpan.Zero, TimeSpan.FromSeconds(0.2)));
        await host.FinishAsync(job);
        await host.WaitForNoContainersAsync();
        Assert.Equal(["one", "two", "three", "four"], await TextsAsync(host, job));
    });

    [Fact]
    public Task An_engine_that_goes_away_and_comes_back_costs_no_line_and_doubles_none() => VirtualTime.RunAsync(async time =>
    {
        var training = Enumerable.Range(1, 100).Aggregate(
            FakeTraining.Succeeds.RunsFor(TimeSpan.FromSeconds(200)),
            (t, i) => t.Prints(i % 3 == 0 ? $$"""{"orca":"metric","step":{{i}}}""" : $"line {i}", TimeSpan.FromSeconds(i)));
        await using var host = await TestHost.StartAsync(time, _ => training);
        var job = await host.TrainAsync();
        for (var i = 0; i < 5; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(13.37), time, Cancel);
            host.Runtime.GoAway();
            await Task.Delay(TimeSpan.FromSeconds(3), time, Cancel);
            host.Runtime.ComeBack();
        }

        var status = await host.FinishAsync(job);

        Assert.Equal((JobState.Succeeded, 99), (status.State, status.Progress.Metrics["step"]));
        Assert.Equal(Enumerable.Range(1, 100).Select(i => i % 3 == 0 ? $$"""{"orca":"metric","step":{{i}}}""" : $"line {i}"), await TextsAsync(host, job));
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_log_store_that_fails_or_never_answers_fails_no_training(bool answers) => VirtualTime.RunAsync(async time =>
    {
        var store = new FaultyLogStore(_ => answers ? throw new IOException("No space left on device") : Never.Task);
        var training = FakeTraining.Succeeds.RunsFor(TimeSpan.FromMinutes(1)).Prints("line").Prints("""{"orca":"metric","loss":0.5}""").ExitsWith(3);
        await using var host = await TestHost.StartAsync(time, _ => training, build: b => b.Services.AddSingleton<ILogStore>(store));
        var start = time.GetUtcNow();

        var jobs = new[] { await host.TrainAsync(), await host.TrainAsync() };

        foreach (var job in jobs)
        {
            var status = await host.FinishAsync(job);
            Assert.Equal((OutcomeCode.NonZeroExit, 0.5), (status.Outcome!.Code, status.Progress.Metrics["loss"]));
            Assert.EndsWith("Its last lines:\nline", status.Message, StringComparison.Ordinal);
        }

        Assert.InRange(time.GetUtcNow() - start, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(2.2));
    });

    [Fact]
    public Task Whoever_reads_nothing_costs_the_training_nothing() => VirtualTime.RunAsync(async time =>
    {
        var training = Enumerable.Range(1, 5000).Aggregate(FakeTraining.Succeeds.RunsFor(TimeSpan.FromSeconds(60)), (t, i) => t.Prints($"{i}", TimeSpan.FromMilliseconds(10 * i)));
        await using var host = await TestHost.StartAsync(time, _ => training);
        var start = time.GetUtcNow();
        var job = await host.TrainAsync();
        await using var slow = host.Client.StreamLogsAsync(job, new LogQuery { Follow = true }, Cancel).GetAsyncEnumerator(Cancel);
        Assert.True(await slow.MoveNextAsync());

        await host.FinishAsync(job);

        Assert.InRange(time.GetUtcNow() - start, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(61));
        var rest = 1;
        while (await slow.MoveNextAsync())
        {
            Assert.Equal($"{++rest}", slow.Current.Text);
        }

        Assert.Equal(5000, rest);
    });

    [Fact]
    public async Task Logs_lie_in_folders_below_the_data_folder_unless_said_otherwise()
    {
        using var folder = new TempFolder();
        await using var services = new ServiceCollection().AddSingleton<Microsoft.Extensions.Hosting.IHostEnvironment>(new Environment(folder.Path))
            .AddOrcaTraining(o => o.DataFolder = "data").Services.BuildServiceProvider();
        var store = services.GetRequiredService<ILogStore>();

        await store.AppendAsync(LogSamples.Attempt, 0, [new LogEntry(new OutputPosition(1, 1), OutputStream.Error, "x")], Cancel);

        Assert.Equal([folder["data/logs/here/7/2/0-00001-1.log"]], Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    private static async Task<List<string>> TextsAsync(TestHost host, JobId job) =>
        await host.Client.StreamLogsAsync(job, cancellationToken: Cancel).Select(l => l.Text).ToListAsync(Cancel);

    private sealed class Environment(string root) : Microsoft.Extensions.Hosting.IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "Production";

        public string ApplicationName { get; set; } = "tests";

        public string ContentRootPath { get; set; } = root;

        public Microsoft.Extensions.FileProviders.IFileProvider ContentRootFileProvider { get; set; } = new Microsoft.Extensions.FileProviders.NullFileProvider();
    }
}
