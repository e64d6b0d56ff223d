using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing;

namespace Orca.Training.Tests.Tracking;

/// <summary>What the tracker makes of a job, in a whole host on a fake runtime in virtual time.</summary>
public sealed class TrackerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_training_that_ends_well_succeeds_and_its_container_goes() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromHours(3)));

        var status = await host.FinishAsync(await host.TrainAsync());

        Assert.Equal(JobState.Succeeded, status.State);
        Assert.Equal(OutcomeCode.Completed, status.Outcome!.Code);
        Assert.Equal(TimeSpan.FromHours(3), status.FinishedAt - status.StartedAt);
        await host.WaitForNoContainersAsync();
    });

    [Fact]
    public Task A_watcher_sees_every_state_once_and_in_order() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromMinutes(1)));
        var job = await host.TrainAsync();
        var seen = CollectAsync(host.Client.WatchTrainingAsync(job, cancellationToken: Cancel));

        var states = (await seen).Select(s => (s.Revision, s.State));
        Assert.Equal([(1, JobState.Queued), (2, JobState.Launching), (3, JobState.Running), (4, JobState.Succeeded)], states);
    });

    [Fact]
    public Task One_job_runs_at_a_time_and_the_others_know_their_place() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromMinutes(1)));
        var first = await host.TrainAsync();
        var second = await host.TrainAsync();
        var third = await host.TrainAsync();

        await host.WaitAsync(first, s => s.State is JobState.Running);

        Assert.Equal(1, (await host.Client.GetTrainingStatusAsync(second, Cancel)).QueuePosition);
        Assert.Equal(2, (await host.Client.GetTrainingStatusAsync(third, Cancel)).QueuePosition);
        var last = await host.FinishAsync(third);
        var before = await host.FinishAsync(second);
        Assert.True(before.FinishedAt <= last.StartedAt, $"the third started at {last.StartedAt:O}, before the second finished at {before.FinishedAt:O}");
    });

    [Fact]
    public Task A_policy_for_two_runs_two_at_a_time() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(
            time,
            _ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromMinutes(1)), build: b => b.UseCapacityPolicy(CapacityPolicies.Jobs(2)));
        var jobs = new List<JobId>();
        for (var i = 0; i < 4; i++)
        {
            jobs.Add(await host.TrainAsync());
        }

        var statuses = new List<TrainingStatus>();
        foreach (var job in jobs)
        {
            statuses.Add(await host.FinishAsync(job));
        }

        Assert.Equal(statuses[0].StartedAt, statuses[1].StartedAt);
        Assert.Equal(statuses[2].StartedAt, statuses[3].StartedAt);
        Assert.True(statuses[2].StartedAt >= statuses[0].FinishedAt);
    });

    [Fact]
    public Task A_failure_says_why_with_the_last_lines() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Succeeds.PrintsError("no such column: label").ExitsWith(3).RunsFor(TimeSpan.FromSeconds(1)));

        var status = await host.FinishAsync(await host.TrainAsync());

        Assert.Equal(JobState.Failed, status.State);
        Assert.Equal(OutcomeCode.NonZeroExit, status.Outcome!.Code);
        Assert.Equal("The training program ended with exit code 3. Its last lines:\nno such column: label", status.Message);
    });

    [Fact]
    public Task Out_of_memory_is_told_apart_from_another_kill() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, r => r.DatasetId == "big" ? FakeTraining.Succeeds.RunsOutOfMemory() : FakeTraining.Succeeds.ExitsWith(137));

        var memory = await host.FinishAsync(await host.TrainAsync("big"));
        var kill = await host.FinishAsync(await host.TrainAsync("small"));

        Assert.Equal(OutcomeCode.OutOfMemory, memory.Outcome!.Code);
        Assert.Contains("its limit of 1024 MiB", memory.Message, StringComparison.Ordinal);
        Assert.Equal(OutcomeCode.Killed, kill.Outcome!.Code);
    });

    [Fact]
    public Task Progress_and_metrics_come_as_they_are_printed() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Succeeds
            .Prints("""{"orca":"progress","done":1,"total":2}""", TimeSpan.FromSeconds(10))
            .Prints("""{"orca":"metric","epoch":1,"accuracy":0.5}""", TimeSpan.FromSeconds(10))
            .Prints("""{"orca":"metric","epoch":2,"accuracy":0.75}""", TimeSpan.FromSeconds(20))
            .RunsFor(TimeSpan.FromSeconds(30)));
        var job = await host.TrainAsync();

        var half = await host.WaitAsync(job, s => s.Progress.Metrics.ContainsKey("accuracy"));
        Assert.Equal("Running, 1 of 2 done.", half.Message);
        Assert.Equal(0.5, half.Progress.Metrics["accuracy"]);

        var status = await host.FinishAsync(job);
        Assert.Equal(0.75, status.Progress.Metrics["accuracy"]);
        Assert.Equal(2, status.Progress.Metrics["epoch"]);
    });

    [Fact]
    public Task The_last_line_before_the_end_is_not_lost() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Succeeds.Prints("""{"orca":"metric","test_accuracy":0.9}"""));

        var status = await host.FinishAsync(await host.TrainAsync());

        Assert.Equal(0.9, status.Progress.Metrics["test_accuracy"]);
    });

    [Fact]
    public Task An_end_whose_event_is_lost_is_found_within_one_reconcile_period() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Succeeds.LosingEvents().RunsFor(TimeSpan.FromMinutes(1)));

        var status = await host.FinishAsync(await host.TrainAsync());

        Assert.Equal(JobState.Succeeded, status.State);
        Assert.InRange((status.FinishedAt - status.StartedAt)!.Value, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(71));
    });

    [Fact]
    public Task A_timer_that_fires_early_is_set_again() => VirtualTime.RunAsync(async time =>
    {
        var tries = 0;
        await using var host = await TestHost.StartAsync(
            time,
            _ => ++tries < 3 ? FakeTraining.ThrowsAtStart(new RuntimeUnavailableException("away")) : FakeTraining.Succeeds,
            build: b => b.Services.AddSingleton<TimeProvider>(new EarlyTime(time)));

        var status = await host.FinishAsync(await host.TrainAsync());

        Assert.InRange(status.FinishedAt!.Value - status.SubmittedAt, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(1.6));
    }, limit: TimeSpan.FromHours(1));

    [Fact]
    public Task A_start_that_is_put_off_goes_back_to_its_place_and_is_tried_again() => VirtualTime.RunAsync(async time =>
    {
        var tries = 0;
        await using var host = await TestHost.StartAsync(time, _ => ++tries < 3 ? FakeTraining.IsDeferred("no GPU is free") : FakeTraining.Succeeds);
        var job = await host.TrainAsync();

        var waiting = await host.WaitAsync(job, s => s is { State: JobState.Queued, Revision: > 1 });
        Assert.Contains("no GPU is free", waiting.Message, StringComparison.Ordinal);

        var status = await host.FinishAsync(job);
        Assert.Equal(JobState.Succeeded, status.State);
        Assert.Equal(3, status.Attempt);
    });

    [Fact]
    public Task A_start_that_fails_for_good_fails_the_job_and_the_next_one_runs() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, r => r.DatasetId == "bad"
            ? FakeTraining.FailsToStart(OutcomeCode.ImageNotFound, "The image 'image' is not there.") : FakeTraining.Succeeds);
        var bad = await host.TrainAsync("bad");
        var good = await host.TrainAsync("good");

        Assert.Equal(OutcomeCode.ImageNotFound, (await host.FinishAsync(bad)).Outcome!.Code);
        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(good)).State);
    });

    [Fact]
    public Task A_start_that_throws_is_tried_again_and_meanwhile_says_why() => VirtualTime.RunAsync(async time =>
    {
        var tries = 0;
        await using var host = await TestHost.StartAsync(time, _ => ++tries < 4 ? FakeTraining.ThrowsAtStart(new InvalidOperationException("a bug of the runtime")) : FakeTraining.Succeeds);
        var job = await host.TrainAsync();

        var waiting = await host.WaitAsync(job, s => s.Phase?.Detail is not null);
        Assert.Equal("Launching, starting the container: a bug of the runtime.", waiting.Message);
        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(job)).State);
    });

    [Fact]
    public Task A_start_that_never_answers_fails_at_its_limit_and_the_next_one_runs() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, r => r.DatasetId == "stuck" ? FakeTraining.HangsAtStart() : FakeTraining.Succeeds);
        var stuck = await host.TrainAsync("stuck");
        var next = await host.TrainAsync("next");

        var status = await host.FinishAsync(stuck);

        Assert.Equal(OutcomeCode.LaunchFailed, status.Outcome!.Code);
        Assert.InRange(status.FinishedAt!.Value - status.SubmittedAt, TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(15.5));
        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(next)).State);
    });

    [Fact]
    public Task A_container_that_is_removed_by_hand_is_lost_and_the_next_job_runs() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, r => r.DatasetId == "gone" ? FakeTraining.Hangs : FakeTraining.Succeeds);
        var gone = await host.TrainAsync("gone");
        var next = await host.TrainAsync("next");
        await host.WaitAsync(gone, s => s.State is JobState.Running);

        host.Runtime.RemoveByHand(new AttemptName(await host.Store.GetInstallationAsync(Cancel), new AttemptId(gone, 1)));

        Assert.Equal(OutcomeCode.Lost, (await host.FinishAsync(gone)).Outcome!.Code);
        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(next)).State);
    });

    [Fact]
    public Task An_engine_that_goes_away_and_comes_back_costs_no_job() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromMinutes(2)));
        var running = await host.TrainAsync();
        var waiting = await host.TrainAsync();
        await host.WaitAsync(running, s => s.State is JobState.Running);

        host.Runtime.GoAway();
        await Task.Delay(TimeSpan.FromMinutes(5), time, Cancel);
        host.Runtime.ComeBack();

        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(running)).State);
        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(waiting)).State);
        await host.WaitForNoContainersAsync();
    });

    [Fact]
    public Task A_job_that_no_machine_could_start_fails_at_once_where_the_host_says_so_and_holds_up_nobody() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(
            time,
            options: o =>
            {
                o.FailUnplaceable = true;
                o.AddAlgorithm("huge", "image", a => a.Cpus = 1000);
            },
            build: b => b.UseCapacityPolicy(CapacityPolicies.ByResources));
        var huge = await host.Client.TrainAsync(new TrainingRequest { Algorithm = "huge", DatasetId = "d" }, Cancel);
        var small = await host.TrainAsync();

        var status = await host.FinishAsync(huge);

        Assert.Equal((JobState.Failed, OutcomeCode.InvalidSpec), (status.State, status.Outcome!.Code));
        Assert.Equal(
            "No machine of this service can ever start it: 'fake': it needs 1000 processors, of which 64 are free. Ask for less.", status.Message);
        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(small)).State);
    });

    [Fact]
    public Task A_job_that_no_machine_could_start_waits_says_why_and_starts_when_a_machine_has_more() => VirtualTime.RunAsync(async time =>
    {
        var growing = new GrowingRuntime(new FakeContainerRuntime(time));
        await using var host = await TestHost.StartAsync(
            time,
            options: o => o.AddAlgorithm("huge", "image", a => a.Cpus = 100),
            build: b =>
            {
                b.UseCapacityPolicy(CapacityPolicies.ByResources);
                b.Services.AddSingleton(_ => new Machine("growing", growing));
            });
        var huge = await host.Client.TrainAsync(new TrainingRequest { Algorithm = "huge", DatasetId = "d" }, Cancel);
        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(await host.TrainAsync())).State);
        await Task.Delay(TimeSpan.FromMinutes(1), time, Cancel);

        var waiting = await host.Client.GetTrainingStatusAsync(huge, Cancel);
        Assert.Equal(
            (JobState.Queued, "Queued, next in line: no machine of this service could start it with its current resources, even if the machine were empty: "
                + "'fake': it needs 100 processors, of which 64 are free; 'growing': it needs 100 processors, of which 8 are free."),
            (waiting.State, waiting.Message));
        var revision = (await host.Store.ReadAsync(huge, Cancel))!.Value.Job.Revision;
        await Task.Delay(TimeSpan.FromMinutes(5), time, Cancel);
        Assert.Equal(revision, (await host.Store.ReadAsync(huge, Cancel))!.Value.Job.Revision);

        growing.Total = new Resources(128, 256L << 30);
        var grownAt = time.GetUtcNow();

        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(huge)).State);
        Assert.InRange(time.GetUtcNow() - grownAt, TimeSpan.Zero, TimeSpan.FromSeconds(11));
    });

    [Fact]
    public Task A_machine_that_is_away_gets_no_job_while_another_has_room() => VirtualTime.RunAsync(async time =>
    {
        var away = new FakeContainerRuntime(time);
        await using var host = await TestHost.StartAsync(time, runtime: away, build: b => b.UseFakeRuntime(new FakeContainerRuntime(time), "second"));
        away.GoAway();
        await Task.Delay(TimeSpan.FromMinutes(1), time, Cancel);

        var status = await host.FinishAsync(await host.TrainAsync());

        Assert.Equal(JobState.Succeeded, status.State);
        Assert.Equal(TimeSpan.Zero, status.FinishedAt - status.SubmittedAt);
    });

    [Fact]
    public Task A_policy_that_throws_stops_nothing_but_starts() => VirtualTime.RunAsync(async time =>
    {
        var policy = new MoodyPolicy();
        await using var host = await TestHost.StartAsync(time, build: b => b.UseCapacityPolicy(policy));
        policy.Throws = true;
        var first = await host.TrainAsync();
        await Task.Delay(TimeSpan.FromMinutes(1), time, Cancel);
        policy.Throws = false;
        var second = await host.TrainAsync();

        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(first)).State);
        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(second)).State);
    });

    private static async Task<List<TrainingStatus>> CollectAsync(IAsyncEnumerable<TrainingStatus> statuses)
    {
        var seen = new List<TrainingStatus>();
        await foreach (var status in statuses)
        {
            seen.Add(status);
        }

        return seen;
    }

    /// <summary>A machine whose size changes while the host runs.</summary>
    private sealed class GrowingRuntime(IContainerRuntime inner) : IContainerRuntime
    {
        public Resources Total { get; set; } = new(8, 256L << 30);

        public RuntimeAbilities Abilities => inner.Abilities;

        public Task<RuntimeInfo> DescribeAsync(CancellationToken cancellationToken) => Task.FromResult(new RuntimeInfo("grows", Total));

        public Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken) =>
            inner.StartAsync(spec, phases, cancellationToken);

        public Task<IReadOnlyList<ContainerObservation>> ListAsync(RuntimeScope scope, CancellationToken cancellationToken) => inner.ListAsync(scope, cancellationToken);

        public IAsyncEnumerable<ContainerObservation> WatchAsync(RuntimeScope scope, CancellationToken cancellationToken) => inner.WatchAsync(scope, cancellationToken);

        public IAsyncEnumerable<OutputLine> ReadOutputAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
            inner.ReadOutputAsync(attempt, rank, after, cancellationToken);

        public Task StopAsync(AttemptName attempt, TimeSpan grace, CancellationToken cancellationToken) => inner.StopAsync(attempt, grace, cancellationToken);

        public Task RemoveAsync(AttemptName attempt, CancellationToken cancellationToken) => inner.RemoveAsync(attempt, cancellationToken);
    }

    private sealed class MoodyPolicy : ICapacityPolicy
    {
        public bool Throws { get; set; }

        public CapacityAnswer Fits(Resources resources, Inventory inventory) =>
            Throws ? throw new InvalidOperationException("a bug of the host") : CapacityPolicies.OneAtATime.Fits(resources, inventory);
    }
}
