using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing;
using Orca.Training.Testing.Conformance.Jobs;
using Orca.Training.Tests.Tracking;

namespace Orca.Training.Tests.Diagnostics;

/// <summary>What the meter measures, in exact values: time is virtual.</summary>
/// <remarks>Not while others listen to the spans, which all hosts of a process share: that costs what nobody's listening must not.</remarks>
[Collection(nameof(TracingTests))]
public sealed class MetricsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task Jobs_are_counted_and_their_waits_launches_and_runs_are_measured() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.Succeeds.StartsWithin(TimeSpan.FromSeconds(7)).RunsFor(TimeSpan.FromHours(1)));
        using var submitted = Collect<long>(host, "orca.training.submitted_jobs");
        using var finished = Collect<long>(host, "orca.training.finished_jobs");
        using var queue = Collect<double>(host, "orca.training.job.time_in_queue");
        using var launch = Collect<double>(host, "orca.training.launch.duration");
        using var run = Collect<double>(host, "orca.training.run.duration");

        var jobs = new[] { await host.TrainAsync(), await host.TrainAsync() };
        await host.FinishAsync(jobs[0]);
        await host.FinishAsync(jobs[1]);

        Assert.Equal(["1 algorithm=a", "1 algorithm=a"], Values(submitted));
        Assert.Equal(["1 algorithm=a outcome=Completed state=succeeded", "1 algorithm=a outcome=Completed state=succeeded"], Values(finished));
        // The second waited for the first: seven seconds of launch, an hour of run.
        Assert.Equal(["0 algorithm=a", "3607 algorithm=a"], Values(queue));
        Assert.Equal(["7 algorithm=a machine=fake", "7 algorithm=a machine=fake"], Values(launch));
        Assert.Equal(["3600 algorithm=a machine=fake outcome=Completed", "3600 algorithm=a machine=fake outcome=Completed"], Values(run));
    });

    [Fact]
    public Task A_launch_that_fails_or_is_put_off_is_no_run() => VirtualTime.RunAsync(async time =>
    {
        var tries = 0;
        await using var host = await TestHost.StartAsync(
            time, _ => tries++ == 0 ? FakeTraining.IsDeferred("no room") : FakeTraining.FailsToStart(OutcomeCode.ImageNotFound, "There is no such image."));
        using var deferrals = Collect<long>(host, "orca.training.launch.deferrals");
        using var launch = Collect<double>(host, "orca.training.launch.duration");
        using var run = Collect<double>(host, "orca.training.run.duration");
        using var finished = Collect<long>(host, "orca.training.finished_jobs");

        await host.FinishAsync(await host.TrainAsync());

        Assert.Equal(["1 algorithm=a machine=fake"], Values(deferrals));
        Assert.Equal(["0 algorithm=a error.type=ImageNotFound machine=fake"], Values(launch));
        Assert.Empty(Values(run));
        Assert.Equal(["1 algorithm=a outcome=ImageNotFound state=failed"], Values(finished));
    });

    [Fact]
    public Task What_waits_and_what_is_on_each_machine_is_told_by_the_host_that_decides() => VirtualTime.RunAsync(async time =>
    {
        var started = 0;
        await using var host = await TestHost.StartAsync(
            time, _ => started++ == 0 ? FakeTraining.Hangs : FakeTraining.HangsAtStart(), build: b => b.UseCapacityPolicy(CapacityPolicies.Jobs(2)));
        using var queued = Collect<long>(host, "orca.training.queue.length");
        using var active = Collect<long>(host, "orca.training.active_jobs");
        var jobs = new List<JobId> { await host.TrainAsync() };
        await host.WaitAsync(jobs[0], s => s.State is JobState.Running);
        jobs.AddRange([await host.TrainAsync(), await host.TrainAsync(), await host.TrainAsync()]);
        await host.WaitAsync(jobs[1], s => s.State is JobState.Launching);
        await Task.Delay(TimeSpan.FromSeconds(1), time, Cancel);

        Assert.Equal(["2"], Observed(queued));
        Assert.Equal(["1 machine=fake state=launching", "1 machine=fake state=running"], Observed(active));

        foreach (var job in jobs)
        {
            await host.Client.CancelTrainingAsync(job, Cancel);
            await host.FinishAsync(job);
        }

        Assert.Equal(["0"], Observed(queued));
        Assert.Equal(["0 machine=fake state=launching", "0 machine=fake state=running"], Observed(active));

        await host.Host.StopAsync(Cancel);
        Assert.Empty(Observed(queued));
        Assert.Empty(Observed(active));
    });

    [Fact]
    public Task The_store_s_commits_are_measured() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time);
        using var duration = Collect<double>(host, "orca.training.store.commit.duration");
        using var size = Collect<long>(host, "orca.training.store.commit.size");

        await host.FinishAsync(await host.TrainAsync());

        // Begin of the attempt, of the run, and the publication.
        Assert.Equal(["1", "1", "1"], Values(size));
        Assert.Equal(["0", "0", "0"], Values(duration));
        var metrics = host.Host.Services.GetRequiredService<TrainingMetrics>();
        metrics.Committed(TimeSpan.FromSeconds(2), 3, new IOException("full"));
        Assert.Equal("2 error.type=System.IO.IOException", Values(duration)[^1]);
    });

    [Fact]
    public Task Two_hosts_in_a_process_are_kept_apart() => VirtualTime.RunAsync(async time =>
    {
        await using var one = await TestHost.StartAsync(time);
        await using var other = await TestHost.StartAsync(time);
        using var ofOne = Collect<long>(one, "orca.training.finished_jobs");
        using var ofOther = Collect<long>(other, "orca.training.finished_jobs");

        await one.FinishAsync(await one.TrainAsync());

        Assert.Single(Values(ofOne));
        Assert.Empty(Values(ofOther));
    });

    [Fact]
    public void What_nobody_listens_to_allocates_nothing()
    {
        using var metrics = new TrainingMetrics();
        using var observer = new JobObserver(metrics, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        Job[] way = [JobSamples.Waiting(), JobSamples.Starting(), JobSamples.Working(), JobSamples.In(JobState.Succeeded)];
        void Live()
        {
            observer.Submitted(way[0]);
            for (var i = 1; i < way.Length; i++)
            {
                observer.Changed(way[i - 1], way[i]);
            }

            metrics.Submitted(way[0]);
            metrics.Committed(TimeSpan.Zero, 1);
        }

        Live();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Live();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Every_instrument_is_named_and_measured_as_OpenTelemetry_has_it()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var instruments = new List<Instrument>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => instruments.Add(instrument) };
        var factory = services.GetRequiredService<IMeterFactory>();
        listener.Start();
        using var metrics = new TrainingMetrics(factory);

        var ours = instruments.Where(i => ReferenceEquals(i.Meter.Scope, factory)).ToList();
        Assert.Equal(10, ours.Count);
        Assert.All(ours, i =>
        {
            Assert.Equal("Orca.Training", i.Meter.Name);
            Assert.Matches("^orca\\.training(\\.[a-z]+(_[a-z]+)*)+$", i.Name);
            Assert.Matches("^(s|\\{[a-z]+\\})$", i.Unit);
            Assert.EndsWith(".", i.Description, StringComparison.Ordinal);
        });
    }

    private static MetricCollector<T> Collect<T>(TestHost host, string instrument)
        where T : struct => new(host.Host.Services.GetRequiredService<IMeterFactory>(), TrainingMetrics.MeterName, instrument, host.Time);

    private static List<string> Observed(MetricCollector<long> collector)
    {
        collector.Clear();
        collector.RecordObservableInstruments();
        return Values(collector);
    }

    private static List<string> Values<T>(MetricCollector<T> collector)
        where T : struct => [.. collector.GetMeasurementSnapshot().Select(m => string.Join(' ', m.Tags
            .Select(t => $"{t.Key.Replace("orca.training.", "", StringComparison.Ordinal)}={t.Value}").Order(StringComparer.Ordinal).Prepend($"{m.Value}")))];
}
