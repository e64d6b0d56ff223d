using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Client;
using Orca.Training.Clocks;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Scheduling;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Facts;
using Orca.Training.Testing;
using Orca.Training.Testing.Conformance.Jobs;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Tracking;

/// <summary>Somebody sets the host's clock: whatever waits, waits as long as without that.</summary>
public sealed class ClockJumpTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    private static readonly Dictionary<string, Func<VirtualTime, TimeSpan, Task<TimeSpan>>> Waits = new()
    {
        ["reconcile"] = (time, jump) => UntilEndAsync(
            time, jump, after: TimeSpan.FromMinutes(2), FakeTraining.Succeeds.LosingEvents().RunsFor(TimeSpan.FromMinutes(1)), options: o => o.ReconcilePeriod = TimeSpan.FromMinutes(10)),
        ["launch limit"] = (time, jump) => UntilEndAsync(
            time, jump, after: TimeSpan.FromMinutes(1), FakeTraining.HangsAtStart(), new TrainingTimeouts { Launching = TimeSpan.FromMinutes(3) }),
        ["run limit"] = (time, jump) => UntilEndAsync(
            time, jump, after: TimeSpan.FromMinutes(10), FakeTraining.Hangs, new TrainingTimeouts { Running = TimeSpan.FromMinutes(90) }),
        ["run without a limit of its own"] = (time, jump) => UntilEndAsync(
            time, jump, after: TimeSpan.FromMinutes(10), FakeTraining.Succeeds.RunsFor(TimeSpan.FromHours(3))),
        ["stall"] = (time, jump) => UntilEndAsync(
            time, jump, after: TimeSpan.FromMinutes(10), FakeTraining.Hangs, new TrainingTimeouts { NoProgress = TimeSpan.FromMinutes(30) }),
        ["queue limit"] = QueueLimitAsync,
        ["retry pause"] = (time, jump) => UntilEndAsync(
            time, jump, after: TimeSpan.FromMinutes(1), FakeTraining.Succeeds.ExitsWith(1), retries: new RetryPolicy { MaxRetries = 1, FirstPause = TimeSpan.FromMinutes(10) }),
        ["pause after a start that was put off"] = PutOffAsync,
        ["sweep"] = SweepAsync,
        ["kept container"] = KeptContainerAsync,
        ["lease"] = LeaseAsync,
        ["log batching"] = LogBatchAsync,
        ["progress rate"] = ProgressRateAsync,
        ["renewal"] = (_, jump) => Task.FromResult(Renewal(jump)),
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static MatrixTheoryData<string, string> Jumps => new(Waits.Keys, ["an hour back", "an hour forward", "a year back", "a year forward"]);

    [Theory]
    [MemberData(nameof(Jumps))]
    public async Task A_wait_is_as_long_as_without_a_jump(string wait, string jump)
    {
        var by = (jump.Contains("year", StringComparison.Ordinal) ? Year : Hour) * (jump.EndsWith("back", StringComparison.Ordinal) ? -1 : 1);
        var (without, with) = (TimeSpan.Zero, TimeSpan.Zero);
        await VirtualTime.RunAsync(async time => without = await Waits[wait](time, TimeSpan.Zero), TimeSpan.FromDays(3));

        await VirtualTime.RunAsync(async time => with = await Waits[wait](time, by), TimeSpan.FromDays(3));

        Assert.True(without > TimeSpan.Zero);
        Assert.Equal(without, with);
    }

    [Fact]
    public void A_decider_that_begins_after_the_clock_was_set_back_puts_no_start_off_for_longer_than_the_longest_pause()
    {
        var (core, effects) = NewCore();
        var (wall, longest) = (JobSamples.At(2) - Year, new TrackerSettings { Installation = default }.LongestPause);
        core.Step(new TrackerEvent.Loaded([JobSamples.PutOff()]), new Now(wall, TimeSpan.Zero), effects);

        core.Step(new TrackerEvent.Tick(), new Now(wall, longest - TimeSpan.FromTicks(1)), effects);
        Assert.Empty(effects.OfType<TrackerEffect.Commit>());
        core.Step(new TrackerEvent.Tick(), new Now(wall, longest), effects);

        Assert.IsType<JobCommand.BeginAttempt>(Assert.Single(effects.OfType<TrackerEffect.Commit>()).Command);
    }

    [Fact]
    public void A_decider_that_begins_after_the_clock_was_set_back_counts_what_runs_from_now()
    {
        var (core, effects) = NewCore();
        var working = JobSamples.Working();
        working = working with { Request = working.Request with { Timeouts = new TrainingTimeouts { Running = Hour } } };
        var wall = JobSamples.At(2) - Year;
        core.Step(new TrackerEvent.Loaded([working]), new Now(wall, TimeSpan.Zero), effects);

        core.Step(new TrackerEvent.Tick(), new Now(wall + Hour - TimeSpan.FromSeconds(1), Hour - TimeSpan.FromSeconds(1)), effects);
        Assert.Empty(effects.OfType<TrackerEffect.Stop>());
        core.Step(new TrackerEvent.Tick(), new Now(wall + Hour, Hour), effects);

        Assert.Single(effects.OfType<TrackerEffect.Stop>());
    }

    private static async Task<TimeSpan> UntilEndAsync(
        VirtualTime time,
        TimeSpan jump,
        TimeSpan after,
        FakeTraining training,
        TrainingTimeouts? timeouts = null,
        RetryPolicy? retries = null,
        Action<OrcaTrainingOptions>? options = null)
    {
        var clock = new JumpyTime(time);
        await using var host = await StartAsync(time, clock, _ => training, options);
        var start = time.GetUtcNow();
        var job = await host.Client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "d", Timeouts = timeouts, Retries = retries }, Cancel);
        await Task.Delay(after, time, Cancel);
        clock.Offset = jump;
        await host.FinishAsync(job);
        return time.GetUtcNow() - start;
    }

    private static async Task<TimeSpan> QueueLimitAsync(VirtualTime time, TimeSpan jump)
    {
        var clock = new JumpyTime(time);
        await using var host = await StartAsync(time, clock, _ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromHours(5)));
        await host.TrainAsync();
        var start = time.GetUtcNow();
        var job = await host.Client.TrainAsync(
            new TrainingRequest { Algorithm = "a", DatasetId = "d", Timeouts = new TrainingTimeouts { Queued = TimeSpan.FromMinutes(30) } }, Cancel);
        await Task.Delay(TimeSpan.FromMinutes(1), time, Cancel);
        clock.Offset = jump;
        Assert.Equal(OutcomeCode.QueueTimedOut, (await host.FinishAsync(job)).Outcome!.Code);
        return time.GetUtcNow() - start;
    }

    private static async Task<TimeSpan> PutOffAsync(VirtualTime time, TimeSpan jump)
    {
        var clock = new JumpyTime(time);
        var starts = 0;
        await using var host = await StartAsync(time, clock, _ => ++starts < 8 ? FakeTraining.IsDeferred("no room") : FakeTraining.Succeeds);
        var start = time.GetUtcNow();
        var job = await host.TrainAsync();
        await Task.Delay(TimeSpan.FromSeconds(20), time, Cancel);
        clock.Offset = jump;
        await host.FinishAsync(job);
        return time.GetUtcNow() - start;
    }

    /// <summary>Until the second look at what need not be kept.</summary>
    private static async Task<TimeSpan> SweepAsync(VirtualTime time, TimeSpan jump)
    {
        var clock = new JumpyTime(time);
        var store = new FaultyStore(new MemoryJobStore(new MemoryJobStoreOptions(), clock));
        var looks = 0;
        store.BeforeExpired = () => looks++;
        await using var host = await StartAsync(
            time,
            clock,
            options: o =>
            {
                o.Retention.KeepJobsFor = TimeSpan.FromDays(2);
                o.Retention.Period = TimeSpan.FromMinutes(10);
            },
            build: b => b.UseJobStore(_ => store));
        var start = time.GetUtcNow();
        var job = await host.TrainAsync();
        await host.FinishAsync(job);
        await Task.Delay(TimeSpan.FromMinutes(1), time, Cancel);
        clock.Offset = jump;
        while (looks < 2)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), time, Cancel);
        }

        await Task.Delay(TimeSpan.FromSeconds(1), time, Cancel);
        Assert.NotNull(await host.Store.ReadAsync(job, Cancel));
        return time.GetUtcNow() - start;
    }

    private static async Task<TimeSpan> KeptContainerAsync(VirtualTime time, TimeSpan jump)
    {
        var clock = new JumpyTime(time);
        await using var host = await StartAsync(time, clock, options: o => o.Retention.KeepContainersFor = TimeSpan.FromMinutes(30));
        var start = time.GetUtcNow();
        await host.FinishAsync(await host.TrainAsync());
        await Task.Delay(TimeSpan.FromMinutes(1), time, Cancel);
        clock.Offset = jump;
        await host.WaitForNoContainersAsync();
        return time.GetUtcNow() - start;
    }

    /// <summary>Until another host decides.</summary>
    private static async Task<TimeSpan> LeaseAsync(VirtualTime time, TimeSpan jump)
    {
        var clock = new JumpyTime(time);
        var store = new MemoryJobStore(new MemoryJobStoreOptions(), clock);
        var start = time.GetUtcNow();
        await new Lease(store, TimeSpan.FromSeconds(40), clock).AcquireAsync(Cancel);
        var waiting = new Lease(store, TimeSpan.FromSeconds(40), clock).AcquireAsync(Cancel);
        await Task.Delay(TimeSpan.FromSeconds(3), time, Cancel);
        clock.Offset = jump;
        await waiting;
        return time.GetUtcNow() - start;
    }

    /// <summary>Until a line is told that waits for its batch.</summary>
    private static Task<TimeSpan> LogBatchAsync(VirtualTime time, TimeSpan jump) => WhileRunningAsync(
        time,
        jump,
        FakeTraining.Succeeds.RunsFor(TimeSpan.FromMinutes(1)).Prints("first", TimeSpan.FromSeconds(10)).Prints("second", TimeSpan.FromSeconds(10.02)),
        async (host, job) =>
        {
            await foreach (var line in host.Client.StreamLogsAsync(job, new LogQuery { Follow = true }, Cancel))
            {
                if (line.Text == "second")
                {
                    return;
                }
            }
        });

    /// <summary>Until a number is told that changed just after another.</summary>
    private static Task<TimeSpan> ProgressRateAsync(VirtualTime time, TimeSpan jump) => WhileRunningAsync(
        time,
        jump,
        FakeTraining.Succeeds.RunsFor(TimeSpan.FromMinutes(1))
            .Prints("""{"orca":"metric","loss":1}""", TimeSpan.FromSeconds(10)).Prints("""{"orca":"metric","loss":2}""", TimeSpan.FromSeconds(10.02)),
        (host, job) => host.WaitAsync(job, s => s.Progress.Metrics.GetValueOrDefault("loss") == 2));

    private static async Task<TimeSpan> WhileRunningAsync(VirtualTime time, TimeSpan jump, FakeTraining training, Func<TestHost, JobId, Task> until)
    {
        var clock = new JumpyTime(time);
        await using var host = await StartAsync(time, clock, _ => training);
        var start = time.GetUtcNow();
        var job = await host.TrainAsync();
        var told = until(host, job);
        await Task.Delay(TimeSpan.FromSeconds(10.01), time, Cancel);
        clock.Offset = jump;
        await told;
        return time.GetUtcNow() - start;
    }

    /// <summary>Until what opens an attempt's places is renewed.</summary>
    private static TimeSpan Renewal(TimeSpan jump)
    {
        var (core, effects) = NewCore(TimeSpan.FromMinutes(10));
        core.Step(new TrackerEvent.Loaded([JobSamples.Working()]), new Now(JobSamples.At(2), TimeSpan.Zero), effects);
        effects.Clear();
        var passed = TimeSpan.Zero;
        while (!effects.OfType<TrackerEffect.RenewAccess>().Any())
        {
            passed = core.NextTick;
            core.Step(new TrackerEvent.Tick(), new Now(JobSamples.At(2) + passed + jump, passed), effects);
        }

        return passed;
    }

    private static Task<TestHost> StartAsync(
        VirtualTime time,
        JumpyTime clock,
        Func<TrainingRequest, FakeTraining>? script = null,
        Action<OrcaTrainingOptions>? options = null,
        Action<OrcaTrainingBuilder>? build = null) => TestHost.StartAsync(
            time,
            script,
            o =>
            {
                // Renewed seldom: hours pass here.
                o.LeaseDuration = TimeSpan.FromDays(1);
                options?.Invoke(o);
            },
            b =>
            {
                b.Services.AddSingleton<TimeProvider>(clock);
                build?.Invoke(b);
            });

    private static (TrackerCore Core, List<TrackerEffect> Effects) NewCore(TimeSpan? accessPeriod = null) =>
    (
        new TrackerCore(
            new TrackerSettings { Installation = new InstallationId("i"), AccessPeriod = accessPeriod },
            new Scheduler(CapacityPolicies.OneAtATime, [new MachineFacts("m1", default)], [], DateTimeOffset.UnixEpoch),
            ["m1"],
            _ => default),
        []
    );
}
