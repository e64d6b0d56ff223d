using System.Diagnostics.Metrics;
using Orca.Training.Jobs;

namespace Orca.Training.Diagnostics;

/// <summary>
/// The instruments of the meter <c>Orca.Training</c>; docs/diagnostics.md tells them all. Attributes have few values: never a job, a
/// user or a text. What nobody listens to costs a look at a flag.
/// </summary>
internal sealed class TrainingMetrics : IDisposable
{
    public const string MeterName = "Orca.Training";

    private const string Listener = "A listener to the metrics";

    // Trainings take minutes to days, and so do their queues: the usual buckets end at ten seconds.
    private static readonly InstrumentAdvice<double> LongTimes = new()
    {
        HistogramBucketBoundaries = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 10_800, 43_200, 86_400, 259_200],
    };

    // A commit takes from a tenth of a millisecond (SQLite on a fast disk) to seconds (a database in trouble).
    private static readonly InstrumentAdvice<double> CommitTimes = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    };

    private static readonly InstrumentAdvice<long> CommitSizes = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] };

    private readonly Meter? _own;
    private readonly Counter<long> _submittedJobs;
    private readonly Counter<long> _finishedJobs;
    private readonly Histogram<double> _timeInQueue;
    private readonly Histogram<double> _launchDuration;
    private readonly Counter<long> _deferrals;
    private readonly Histogram<double> _runDuration;
    private readonly Histogram<double> _commitDuration;
    private readonly Histogram<long> _commitSize;
    private volatile OpenJobCounts? _open;

    private readonly ForeignFaults? _faults;

    /// <param name="meters">The host's factory, which keeps hosts in one process apart; without one the meter is ours alone.</param>
    /// <param name="faults">Told of what listeners throw; without it they throw it at who measures.</param>
    public TrainingMetrics(IMeterFactory? meters = null, ForeignFaults? faults = null)
    {
        _faults = faults;
        var options = new MeterOptions(MeterName) { Version = typeof(TrainingMetrics).Assembly.GetName().Version?.ToString(3) };
        var meter = meters?.Create(options) ?? (_own = new Meter(options));
        meter.CreateObservableUpDownCounter("orca.training.queue.length", () => Observe(o => o.Queued), "{job}", "Jobs that wait for capacity.");
        meter.CreateObservableUpDownCounter("orca.training.active_jobs", () => Observe(o => o.Active), "{job}", "Jobs that are launching or running.");
        _submittedJobs = meter.CreateCounter<long>("orca.training.submitted_jobs", "{job}", "Requests that were accepted as jobs.");
        _finishedJobs = meter.CreateCounter<long>("orca.training.finished_jobs", "{job}", "Jobs that reached a final state.");
        _timeInQueue = meter.CreateHistogram("orca.training.job.time_in_queue", "s", "Time from the submission of a job, or from its previous attempt, to the attempt that ran.", tags: null, LongTimes);
        _launchDuration = meter.CreateHistogram("orca.training.launch.duration", "s", "Time from the stored attempt to its running containers, or to its failure.", tags: null, LongTimes);
        _deferrals = meter.CreateCounter<long>("orca.training.launch.deferrals", "{launch}", "Launches that were deferred because the machine had no capacity.");
        _runDuration = meter.CreateHistogram("orca.training.run.duration", "s", "Time from the running containers of an attempt to its stored end.", tags: null, LongTimes);
        _commitDuration = meter.CreateHistogram<double>("orca.training.store.commit.duration", "s", "Time that the job store needed for a batch of the decider's commands.", tags: null, CommitTimes);
        _commitSize = meter.CreateHistogram<long>("orca.training.store.commit.size", "{command}", "Number of commands in such a batch.", tags: null, CommitSizes);
    }

    public void Dispose() => _own?.Dispose();

    /// <summary>This host decides: what it counts as open is reported.</summary>
    public void Report(OpenJobCounts open) => _open = open;

    /// <summary>It no longer does; another host reports, or nobody.</summary>
    public void Withdraw(OpenJobCounts open) => Interlocked.CompareExchange(ref _open, null, open);

    public void Submitted(Job job)
    {
        if (_submittedJobs.Enabled)
        {
            Add(_submittedJobs, [new(MetricNames.Algorithm, job.Request.Algorithm)]);
        }
    }

    public void Started(Job job, Attempt attempt, TimeSpan inQueue, TimeSpan launch)
    {
        if (_timeInQueue.Enabled)
        {
            Record(_timeInQueue, inQueue.TotalSeconds, [new(MetricNames.Algorithm, job.Request.Algorithm)]);
        }

        if (_launchDuration.Enabled)
        {
            Record(_launchDuration, launch.TotalSeconds, [new(MetricNames.Algorithm, job.Request.Algorithm), new(MetricNames.Machine, attempt.Machine)]);
        }
    }

    public void Deferred(Job job, Attempt attempt)
    {
        if (_deferrals.Enabled)
        {
            Add(_deferrals, [new(MetricNames.Algorithm, job.Request.Algorithm), new(MetricNames.Machine, attempt.Machine)]);
        }
    }

    public void LaunchFailed(Job job, Attempt attempt, TimeSpan launch, OutcomeCode code)
    {
        if (_launchDuration.Enabled)
        {
            Record(_launchDuration, launch.TotalSeconds, [new(MetricNames.Algorithm, job.Request.Algorithm), new(MetricNames.Machine, attempt.Machine), new(MetricNames.ErrorType, code.Name)]);
        }
    }

    public void RunEnded(Job job, Attempt attempt, TimeSpan run, OutcomeCode code)
    {
        if (_runDuration.Enabled)
        {
            Record(_runDuration, run.TotalSeconds, [new(MetricNames.Algorithm, job.Request.Algorithm), new(MetricNames.Machine, attempt.Machine), new(MetricNames.Outcome, code.Name)]);
        }
    }

    public void Finished(Job job)
    {
        if (_finishedJobs.Enabled)
        {
            Add(_finishedJobs, [new(MetricNames.Algorithm, job.Request.Algorithm), new(MetricNames.State, MetricNames.Of(job.State)), new(MetricNames.Outcome, job.Outcome?.Code.Name)]);
        }
    }

    /// <summary>A batch was given to the store.</summary>
    /// <param name="took">How long it took to answer.</param>
    /// <param name="commands">How many commands it held.</param>
    /// <param name="error">What the store threw in place of an answer.</param>
    public void Committed(TimeSpan took, int commands, Exception? error = null)
    {
        if (_commitSize.Enabled)
        {
            Record(_commitSize, commands, []);
        }

        if (_commitDuration.Enabled)
        {
            Record(_commitDuration, took.TotalSeconds, error is null ? [] : [new(MetricNames.ErrorType, error.GetType().FullName)]);
        }
    }

    private void Add(Counter<long> counter, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        try
        {
            counter.Add(1, tags);
        }
#pragma warning disable CA1031 // Listeners are the host's own code, and measure for nobody's harm.
        catch (Exception e) when (_faults is not null)
#pragma warning restore CA1031
        {
            _faults.Tell(Listener, e);
        }
    }

    private void Record<T>(Histogram<T> histogram, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        where T : struct
    {
        try
        {
            histogram.Record(value, tags);
        }
#pragma warning disable CA1031 // Listeners are the host's own code, and measure for nobody's harm.
        catch (Exception e) when (_faults is not null)
#pragma warning restore CA1031
        {
            _faults.Tell(Listener, e);
        }
    }

    private IEnumerable<Measurement<long>> Observe(Func<OpenJobCounts, IEnumerable<Measurement<long>>> measure) => _open is { } open ? measure(open) : [];
}
