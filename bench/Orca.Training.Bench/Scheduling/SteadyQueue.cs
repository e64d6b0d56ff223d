using Orca.Training.Clocks;
using Orca.Training.Jobs;
using Orca.Training.Scheduling;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Deciding;
using Orca.Training.Scheduling.Facts;

namespace Orca.Training.Bench.Scheduling;

/// <summary>
/// A queue that stays as long as it is while jobs start and end: whenever one starts, its user submits another. Time is virtual; it goes on to the
/// next end. What is measured is the time inside the scheduler alone.
/// </summary>
internal sealed class SteadyQueue
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly QueueMix _mix = new();
    private readonly Random _random = new(1);
    private readonly PriorityQueue<JobId, TimeSpan> _ends = new();

    // By a job's number; whoever waits has its user here, and 0 afterwards.
    private readonly short[] _users;
    private readonly byte[] _shapes;
    private readonly long _firstNumber;
    private readonly Scheduler _scheduler;
    private long _next = 1;
    private TimeSpan _passed;
    private long _ticks;

    /// <param name="queued">How many wait.</param>
    /// <param name="decisions">How many decisions will be measured at the most.</param>
    public SteadyQueue(int queued, int decisions)
    {
        Queued = queued;
        _users = new short[(int)(1.2 * queued) + (2 * decisions)];
        _shapes = new byte[_users.Length];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        _scheduler = new Scheduler(CapacityPolicies.ByResources, QueueMix.MachineFacts, QueueMix.PoolFacts, Begin);
        Reserve();
        _firstNumber = _next;
        while (_scheduler.WaitingCount < queued)
        {
            Submit(_mix.DrawUser(_random));
        }

        BytesOfJob = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / queued;
        Decide(sample: null);
    }

    public int Queued { get; }

    /// <summary>What the scheduler's memory grew by for each job that waits.</summary>
    public double BytesOfJob { get; }

    /// <summary>How many of the machines are reserved.</summary>
    public int Reserved { get; private set; }

    public int Open => _ends.Count;

    private Now Now => new(Begin + _passed, _passed);

    /// <summary>Ends and starts attempts, and measures each start with all that came since the one before, in microseconds.</summary>
    public void Run(int decisions, List<double> samples)
    {
        var until = samples.Count + decisions;
        while (samples.Count < until)
        {
            _ends.TryDequeue(out var job, out _passed);
            var began = TimeProvider.System.GetTimestamp();
            _scheduler.Remove(job, Now.Wall);
            _ticks += TimeProvider.System.GetTimestamp() - began;
            Decide(samples);
        }
    }

    /// <summary>Half of the machines are emptied for a job that takes them alone; something runs there that does not end soon.</summary>
    private void Reserve()
    {
        for (var machine = 0; machine < QueueMix.Machines; machine += 2)
        {
            var name = QueueMix.NameOfMachine(machine);
            _scheduler.Place(QueueMix.Lasting(new JobId(_next++), machine), new PlacedFacts(name, Begin) { IsRunning = true });
            var whole = QueueMix.WholeMachine(new JobId(_next++), machine);
            _scheduler.Await(whole, Begin);
            _scheduler.Take(new Decision.Reserve(whole.Job, name), Now);
            Reserved++;
        }
    }

    private void Decide(List<double>? sample)
    {
        while (true)
        {
            var began = TimeProvider.System.GetTimestamp();
            var decision = _scheduler.Next(Now);
            if (decision is null)
            {
                _ticks += TimeProvider.System.GetTimestamp() - began;
                return;
            }

            _scheduler.Take(decision, Now);
            _ticks += TimeProvider.System.GetTimestamp() - began;
            if (decision is Decision.Start { Job: var job, Machine: var machine })
            {
                var (user, shape) = (_users[job.Value - _firstNumber] - 1, _shapes[job.Value - _firstNumber]);
                _users[job.Value - _firstNumber] = 0;
                _ends.Enqueue(job, _passed + QueueMix.DrawRunTime(shape, _random));
                began = TimeProvider.System.GetTimestamp();
                _scheduler.Place(QueueMix.Job(job, user, shape), new PlacedFacts(machine, Now.Wall) { IsRunning = true, CostRate = ((Decision.Start)decision).CostRate });
                _ticks += TimeProvider.System.GetTimestamp() - began;
                Submit(user);
                sample?.Add(_ticks * 1e6 / TimeProvider.System.TimestampFrequency);
                _ticks = 0;
            }
        }
    }

    /// <summary>A user submits a job. Now and then one is held, or one that waits is cancelled and another comes in its place.</summary>
    private void Submit(int user)
    {
        if (_random.NextDouble() < QueueMix.Held)
        {
            var held = new JobId(_next++);
            var began = TimeProvider.System.GetTimestamp();
            _scheduler.Remove(held);
            _ticks += TimeProvider.System.GetTimestamp() - began;
        }

        Await(user);
        if (_random.NextDouble() < QueueMix.Cancelled && _random.NextInt64(_firstNumber, _next) is var number && _users[number - _firstNumber] is > 0 and var other)
        {
            _users[number - _firstNumber] = 0;
            var began = TimeProvider.System.GetTimestamp();
            _scheduler.Remove(new JobId(number));
            _ticks += TimeProvider.System.GetTimestamp() - began;
            Await(other - 1);
        }
    }

    private void Await(int user)
    {
        var job = new JobId(_next++);
        var shape = QueueMix.DrawShape(_random);
        (_users[job.Value - _firstNumber], _shapes[job.Value - _firstNumber]) = ((short)(user + 1), (byte)shape);
        var facts = QueueMix.Job(job, user, shape);
        var began = TimeProvider.System.GetTimestamp();
        _scheduler.Await(facts, Now.Wall);
        _ticks += TimeProvider.System.GetTimestamp() - began;
    }
}
