using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Machines;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Tracking;

/// <summary>What a host plugs in and what throws, at each place where the service calls it: it costs its own job or call, and the tracker goes on.</summary>
public sealed class ForeignCodeTests
{
    private const string Bug = "a bug of the host";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Who throws, where, and as whom the health check names it; empty where it asks that part itself.</summary>
    public static TheoryData<string, string, string> Places => new()
    {
        { "policy", "asked about one algorithm", "The capacity policy" },
        { "policy", "asked about an empty machine", "The capacity policy" },
        { "policy", "made", "The capacity policy" },
        { "policy", "disposed", "" },
        { "metrics", "a measurement", "A listener to the metrics" },
        { "traces", "sampled", "A listener to the traces" },
        { "traces", "started", "A listener to the traces" },
        { "traces", "stopped", "A listener to the traces" },
        { "log provider", "Log", "A log provider" },
        { "log provider", "IsEnabled", "A log provider" },
        { "settings", "changed", "A listener to changed settings" },
        { "store", "lease", "" },
        { "store", "open jobs", "" },
        { "store", "changes", "" },
        { "runtime", "Describe", "" },
        { "runtime", "Start", "" },
        { "runtime", "Recall", "" },
        { "runtime", "Report", "" },
        { "runtime", "List", "" },
        { "runtime", "Watch", "" },
        { "runtime", "ReadOutput", "" },
        { "runtime", "Remove", "" },
        { "runtime of nothing", "Describe", "" },
        { "runtime of nothing", "Start", "" },
        { "runtime of nothing", "Ids", "" },
        { "runtime of nothing", "Outcome", "" },
        { "runtime of nothing", "List", "" },
        { "runtime of nothing", "Containers", "" },
        { "runtime of nothing", "Hints", "" },
        { "runtime of nothing", "Watch", "" },
        { "runtime of nothing", "ReadOutput", "" },
        { "runtime of nothing", "Remove", "" },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public Task What_throws_costs_its_own_job_and_the_tracker_goes_on(string who, string place, string told) => VirtualTime.RunAsync(
        async time =>
        {
            using var plugIn = PlugIn.Make(who, place, time);
            var log = new Events();
            await using var host = await TestHost.StartAsync(
                time,
                _ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromSeconds(5)),
                o =>
                {
                    o.LaunchTimeout = TimeSpan.FromSeconds(30);
                    o.AddAlgorithm("odd", "image");
                },
                build: b =>
                {
                    b.Services.AddSingleton<ILoggerProvider>(log);
                    b.Services.Configure<LoggerFilterOptions>(l => l.MinLevel = LogLevel.Information);
                    plugIn.Build(b);
                });
            plugIn.Started(host);
            await host.Client.TrainAsync(new TrainingRequest { Algorithm = "odd", DatasetId = "d" }, Cancel);
            await host.TrainAsync();
            await Task.Delay(TimeSpan.FromMinutes(2), time, Cancel);

            // Several, so that each machine gets one; those on a machine that cannot start any may fail.
            var jobs = new List<JobId>();
            for (var i = 0; i < 4; i++)
            {
                jobs.Add(await host.TrainAsync());
            }

            var ends = new List<JobState>();
            foreach (var job in jobs)
            {
                ends.Add((await host.FinishAsync(job)).State);
            }

            Assert.Contains(JobState.Succeeded, ends);
            Assert.Equal(TrackerRole.Deciding, host.Host.Services.GetRequiredService<TrackerState>().Role);
            if (told.Length > 0)
            {
                Assert.Contains(host.Host.Services.GetRequiredService<ForeignFaults>().Recent, f => f.StartsWith($"{told} threw ", StringComparison.Ordinal));
                Assert.Equal(1, log.Seen.Count(e => e.Id is 1085 or 1020));
            }
        },
        TimeSpan.FromMinutes(30));

    [Fact]
    public Task What_has_not_been_seen_for_a_while_is_over_and_told_again_if_it_comes_back() => VirtualTime.RunAsync(async time =>
    {
        var log = new Events();
        using var loggers = LoggerFactory.Create(b => b.AddProvider(log));
        var faults = new ForeignFaults(time, loggers.CreateLogger<ForeignFaults>());
        faults.Tell("A log provider", new InvalidOperationException(Bug));
        faults.Tell("A log provider", new InvalidOperationException(Bug));
        Assert.Equal(["A log provider threw InvalidOperationException: a bug of the host"], faults.Recent);

        await Task.Delay(ForeignFaults.Remembered, time, Cancel);
        Assert.Empty(faults.Recent);
        faults.Tell("A log provider", new InvalidOperationException(Bug));

        Assert.Equal(2, log.Seen.Count);
    });

    /// <summary>What one host has plugged in.</summary>
    private sealed class PlugIn : IDisposable
    {
        public Action<OrcaTrainingBuilder> Build { get; private init; } = _ => { };

        public Action<TestHost> Started { get; private init; } = _ => { };

        private List<IDisposable> Owned { get; } = [];

        public static PlugIn Make(string who, string place, VirtualTime time)
        {
            switch (who)
            {
                case "policy":
                    var policies = 0;
                    return new PlugIn { Build = b => b.UseCapacityPolicy(_ => place == "made" && policies++ is 1 or 2 ? throw new InvalidOperationException(Bug) : new OddPolicy(place)) };
                case "store":
                    var store = new FaultyStore(new MemoryJobStore(new MemoryJobStoreOptions(), time));
                    var calls = 0;
                    Func<Task> throws = () => calls++ is 2 or 3 ? throw new InvalidOperationException(Bug) : Task.CompletedTask;
                    (store.BeforeLease, store.BeforeOpenJobs, store.BeforeChanges) = (
                        place == "lease" ? throws : store.BeforeLease,
                        place == "open jobs" ? () => calls++ < 2 ? throw new InvalidOperationException(Bug) : Task.CompletedTask : store.BeforeOpenJobs,
                        place == "changes" ? throws : store.BeforeChanges);
                    return new PlugIn { Build = b => b.UseJobStore(_ => store) };
                case "log provider":
                    return new PlugIn { Build = b => b.Services.AddSingleton<ILoggerProvider>(new ThrowingLog(place)) };
                case "settings":
                    return new PlugIn
                    {
                        Started = host =>
                        {
                            var monitor = host.Host.Services.GetRequiredService<IOptionsMonitor<OrcaTrainingOptions>>();
                            monitor.OnChange(_ => throw new InvalidOperationException(Bug));
                            var heard = 0;
                            monitor.OnChange(_ => heard++);
                            var configuration = (Microsoft.Extensions.Configuration.IConfigurationRoot)host.Host.Services.GetRequiredService<Microsoft.Extensions.Configuration.IConfiguration>();
                            configuration.Reload();
                            configuration.Reload();
                            Assert.Equal(2, heard);
                        },
                    };
                case "runtime" or "runtime of nothing":
                    return new PlugIn
                    {
                        Build = b =>
                        {
                            var runtime = new ThrowingRuntime(new FakeContainerRuntime(time), place, answersNothing: who == "runtime of nothing");
                            b.Services.AddSingleton(_ => new Machine("odd", runtime));
                        },
                    };
                default:
                    var plugIn = new PlugIn();
                    plugIn.Listen(who, place);
                    return plugIn;
            }
        }

        public void Dispose() => Owned.ForEach(o => o.Dispose());

        /// <summary>Listeners hear the whole process: these mind nothing but the one algorithm that no other test has.</summary>
        private void Listen(string who, string place)
        {
            if (who == "metrics")
            {
                var meters = new MeterListener { InstrumentPublished = (instrument, listener) => Enable(instrument, listener) };
                meters.SetMeasurementEventCallback<double>((_, _, tags, _) => ThrowIf(IsOdd(tags)));
                meters.SetMeasurementEventCallback<long>((_, _, tags, _) => ThrowIf(IsOdd(tags)));
                meters.Start();
                Owned.Add(meters);
                return;
            }

            var spans = new ActivityListener
            {
                ShouldListenTo = s => s.Name == TrainingActivities.SourceName,
                Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                {
                    ThrowIf(place == "sampled" && options.Name == "launch odd");
                    return ActivitySamplingResult.AllData;
                },
                ActivityStarted = span => ThrowIf(place == "started" && span.OperationName == "launch odd"),
                ActivityStopped = span => ThrowIf(place == "stopped" && span.OperationName == "attempt odd"),
            };
            ActivitySource.AddActivityListener(spans);
            Owned.Add(spans);
        }

        private static void Enable(Instrument instrument, MeterListener listener)
        {
            if (instrument.Meter.Name == TrainingMetrics.MeterName && !instrument.IsObservable)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        }

        private static bool IsOdd(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var (name, value) in tags)
            {
                if (name == MetricNames.Algorithm && value is "odd")
                {
                    return true;
                }
            }

            return false;
        }

        private static void ThrowIf(bool isPlace)
        {
            if (isPlace)
            {
                throw new InvalidOperationException(Bug);
            }
        }
    }

    private sealed class OddPolicy(string place) : ICapacityPolicy, IDisposable
    {
        private int _asked;

        public CapacityAnswer Fits(Resources resources, Inventory inventory) => place switch
        {
            "asked about one algorithm" when _asked++ < 3 => throw new InvalidOperationException(Bug),
            "asked about an empty machine" when _asked++ < 2 => _asked == 1 ? CapacityAnswer.No("once") : throw new InvalidOperationException(Bug),
            _ => CapacityPolicies.OneAtATime.Fits(resources, inventory),
        };

        public void Dispose()
        {
            if (place == "disposed")
            {
                throw new InvalidOperationException(Bug);
            }
        }
    }

    private sealed class ThrowingLog(string place) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("Orca.", StringComparison.Ordinal) ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => place == "IsEnabled" ? throw new InvalidOperationException(Bug) : true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException(Bug);

        public void Dispose()
        {
        }
    }

    private sealed class Events : ILoggerProvider, ILogger
    {
        public List<EventId> Seen { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Seen)
            {
                Seen.Add(eventId);
            }
        }

        public void Dispose()
        {
        }
    }
}
