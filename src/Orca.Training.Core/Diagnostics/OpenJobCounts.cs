using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Orca.Training.Jobs;

namespace Orca.Training.Diagnostics;

/// <summary>How many jobs are open, by state and machine. One thread counts, any reads.</summary>
internal sealed class OpenJobCounts
{
    private readonly ConcurrentDictionary<string, OnMachine> _machines = new();
    private int _queued;

    public IEnumerable<Measurement<long>> Queued => [new(Volatile.Read(ref _queued))];

    public IEnumerable<Measurement<long>> Active =>
        from machine in _machines
        from count in new[] { (State: JobState.Launching, Jobs: machine.Value.Launching), (State: JobState.Running, Jobs: machine.Value.Running) }
        select new Measurement<long>(count.Jobs, new(MetricNames.Machine, machine.Key), new(MetricNames.State, MetricNames.Of(count.State)));

    public void Move(Job? before, Job? after)
    {
        if (before?.State != after?.State || before?.LastAttempt != after?.LastAttempt)
        {
            Count(before, -1);
            Count(after, 1);
        }
    }

    private void Count(Job? job, int change)
    {
        switch (job?.State)
        {
            case JobState.Queued:
                Volatile.Write(ref _queued, _queued + change);
                break;
            case JobState.Launching:
                MachineOf(job).Launching += change;
                break;
            case JobState.Running:
                MachineOf(job).Running += change;
                break;
            default:
                break;
        }
    }

    private OnMachine MachineOf(Job job) => _machines.GetOrAdd(job.Attempts[^1].Machine, static _ => new OnMachine());

    private sealed class OnMachine
    {
        public volatile int Launching;
        public volatile int Running;
    }
}
