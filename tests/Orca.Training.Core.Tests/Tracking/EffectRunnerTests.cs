using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orca.Training.Artifacts;
using Orca.Training.Datasets;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Logs;
using Orca.Training.Machines;
using Orca.Training.Metrics;
using Orca.Training.Models;
using Orca.Training.Runs;
using Orca.Training.Testing;
using Orca.Training.Tests.Client;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Tracking;

/// <summary>Calls that never answer, to a runtime that does not heed its token either.</summary>
public sealed class EffectRunnerTests
{
    private static readonly InstallationId Here = new("here");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_start_that_is_given_up_before_its_work_began_is_given_up() => VirtualTime.RunAsync(async time =>
    {
        var (runner, inbox) = NewRunner(time, ("a", new StuckRuntime()));

        runner.Run(new TrackerEffect.Start(Attempt(1), "a", NewJob()));
        runner.Run(new TrackerEffect.Abort(Attempt(1)));

        Assert.IsType<TrackerEvent.StartUnknown>(await NextAsync(inbox));
    }, TimeSpan.FromMinutes(1));

    [Fact]
    public Task A_start_on_a_machine_that_is_gone_leaves_nothing_behind() => VirtualTime.RunAsync(async time =>
    {
        var (runner, inbox) = NewRunner(time);

        runner.Run(new TrackerEffect.Start(Attempt(1), "gone", NewJob()));

        Assert.IsType<TrackerEvent.StartUnknown>(await NextAsync(inbox));
        Assert.Equal(0, runner.Abortables);
    }, TimeSpan.FromMinutes(1));

    [Fact]
    public Task A_machine_that_answers_no_call_keeps_no_other_machine_waiting() => VirtualTime.RunAsync(async time =>
    {
        var (runner, inbox) = NewRunner(time, ("a", new StuckRuntime()), ("b", new FakeContainerRuntime(time)));
        for (var i = 1; i <= 100; i++)
        {
            runner.Run(new TrackerEffect.Remove(Attempt(i), "a"));
        }

        runner.Run(new TrackerEffect.Stop(Attempt(101), "b"));

        Assert.Equal(new TrackerEvent.StopReturned(Attempt(101), null), await NextAsync(inbox));
    }, TimeSpan.FromSeconds(1));

    [Fact]
    public Task Jobs_that_are_looked_up_at_once_are_read_in_batches_one_after_the_other() => VirtualTime.RunAsync(async time =>
    {
        const int Asked = 20_000;
        var store = new CountingStore(new MemoryJobStore(new MemoryJobStoreOptions(), time));
        var (runner, inbox) = NewRunner(time, store);
        for (var i = 1; i <= Asked; i++)
        {
            runner.Run(new TrackerEffect.LookUp(new JobId(i)));
        }

        var answered = new HashSet<JobId>();
        while (answered.Count < Asked)
        {
            answered.Add(Assert.IsType<TrackerEvent.LookedUp>(await NextAsync(inbox)).Job);
        }

        Assert.Equal((Asked + LookUps.MostInBatch - 1) / LookUps.MostInBatch, store.BatchReads);
        Assert.Equal((1, 0), (store.MostReadsAtOnce, store.Reads));
    }, TimeSpan.FromMinutes(1));

    [Fact]
    public Task A_call_that_is_never_answered_is_told_as_failed() => VirtualTime.RunAsync(async time =>
    {
        var (runner, inbox) = NewRunner(time, ("a", new StuckRuntime()));

        runner.Run(new TrackerEffect.List("a", 7));
        Assert.Equal(new TrackerEvent.ListFailed("a", 7), await NextAsync(inbox));

        runner.Run(new TrackerEffect.Stop(Attempt(1), "a"));
        var stop = Assert.IsType<TrackerEvent.StopReturned>(await NextAsync(inbox));
        Assert.Contains("'a' did not answer", stop.Error, StringComparison.Ordinal);
    }, TimeSpan.FromHours(1));

    [Fact]
    public async Task What_fails_after_it_was_given_up_is_nobody_s_and_no_failure_of_the_process()
    {
        var unobserved = 0;
        EventHandler<UnobservedTaskExceptionEventArgs> count = (_, e) => unobserved += e.Exception.Message.Contains("given up long ago", StringComparison.Ordinal) ? 1 : 0;
        TaskScheduler.UnobservedTaskException += count;
        try
        {
            await GiveUpAsync();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.Equal(0, unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= count;
        }
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static async Task GiveUpAsync()
    {
        var call = new TaskCompletionSource();
        using var limit = new CancellationTokenSource();
        var waiting = call.Task.OrGiveUpAsync(limit.Token);
        await limit.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        call.SetException(new InvalidOperationException("given up long ago"));
    }

    private static async Task<TrackerEvent> NextAsync(Inbox inbox)
    {
        await inbox.WaitAsync(Cancel);
        Assert.True(inbox.TryTake(out var happened));
        return happened!;
    }

    private static (EffectRunner Runner, Inbox Inbox) NewRunner(VirtualTime time, params (string Name, IContainerRuntime Runtime)[] machines) =>
        NewRunner(time, new MemoryJobStore(new MemoryJobStoreOptions(), time), machines);

    private static (EffectRunner Runner, Inbox Inbox) NewRunner(VirtualTime time, IJobStore jobs, params (string Name, IContainerRuntime Runtime)[] machines)
    {
        var inbox = new Inbox();
        var services = new ServiceCollection();
        services.AddOrcaTraining(o => o.AddAlgorithm("a", "image")).UseFakeStores();
        var stores = services.BuildServiceProvider();
        var options = stores.GetRequiredService<IOptionsMonitor<OrcaTrainingOptions>>();
        var artifacts = stores.GetRequiredService<IArtifactStore>();
        var launcher = new AttemptLauncher(options, "tests", stores.GetRequiredService<IDatasetStore>(), artifacts, access: null, stores.GetRequiredService<IRunStore>(), stores.GetRequiredService<IModelStore>(), time, new ForeignFaults(time, NullLogger<ForeignFaults>.Instance));
        var work = new TrackerWork(TaskScheduler.FromCurrentSynchronizationContext());
        var logs = new LogWriters(stores.GetRequiredService<ILogStore>(), work, time, NullLogger.Instance, Cancel);
        var runner = new EffectRunner(
            machines.ToDictionary(m => m.Name, m => new Machine(m.Name, m.Runtime)), new RuntimeScope("tests", Here),
            jobs, new JobPurge(Here, jobs, artifacts, stores.GetRequiredService<IModelStore>(), stores.GetRequiredService<ILogStore>(), new RetentionOptions(), default, time, NullLogger.Instance), launcher,
            new AttemptLeavings(artifacts, stores.GetRequiredService<IModelStore>(), options.CurrentValue.Leavings), logs, new MetricWriters(stores.GetRequiredService<IMetricStore>(), work, time, NullLogger.Instance, Cancel), options.CurrentValue, work, time, inbox, NullLogger.Instance, new ForeignFaults(time, NullLogger<ForeignFaults>.Instance), Cancel);
        return (runner, inbox);
    }

    private static AttemptName Attempt(long job) => new(Here, new AttemptId(new JobId(job), 1));

    private static Job NewJob() => new()
    {
        Id = new JobId(1),
        Request = new TrainingRequest { Algorithm = "a", DatasetId = "d", DatasetVersion = "v" },
        SubmittedAt = default,
        State = JobState.Launching,
        LastAttempt = 1,
        Attempts = [new Attempt { Number = 1, Machine = "a", CreatedAt = default }],
    };

    private sealed class StuckRuntime : IContainerRuntime
    {
        private static readonly TaskCompletionSource Never = new();

        public RuntimeAbilities Abilities { get; } = new(MaxRanks: 1, MountsFolders: true);

        public Task<RuntimeInfo> DescribeAsync(CancellationToken cancellationToken) => NeverAsync<RuntimeInfo>();

        public Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken) => NeverAsync<StartResult>();

        public Task<IReadOnlyList<ContainerObservation>> ListAsync(RuntimeScope scope, CancellationToken cancellationToken) =>
            NeverAsync<IReadOnlyList<ContainerObservation>>();

        public IAsyncEnumerable<ContainerObservation> WatchAsync(RuntimeScope scope, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<OutputLine> ReadOutputAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task StopAsync(AttemptName attempt, TimeSpan grace, CancellationToken cancellationToken) => Never.Task;

        public Task RemoveAsync(AttemptName attempt, CancellationToken cancellationToken) => Never.Task;

        private static async Task<T> NeverAsync<T>()
        {
            await Never.Task;
            throw new InvalidOperationException("never");
        }
    }
}
