using System.Globalization;
using Orca.Training.Bench.Calls;
using Orca.Training.Bench.Data;
using Orca.Training.Bench.Fairness;
using Orca.Training.Bench.Flood;
using Orca.Training.Bench.Harness;
using Orca.Training.Bench.Kill;
using Orca.Training.Bench.Kill.Host;
using Orca.Training.Bench.Kill.Machine;
using Orca.Training.Bench.Metrics;
using Orca.Training.Bench.Overhead;
using Orca.Training.Bench.Pipeline;
using Orca.Training.Bench.Queue;
using Orca.Training.Bench.Recovery;
using Orca.Training.Bench.Scheduling;
using Orca.Training.Bench.Stores;

// Some floods alone.
IReadOnlyList<string> only = [];
if (args is ["flood", "--only", .. var floods])
{
    (only, args) = (floods, ["flood"]);
}

// The numbers of waiting jobs of the bench of the queue.
var arguments = args.ToList();
int[] sizes;
try
{
    sizes = QueueBench.SizesIn(arguments);
}
catch (ArgumentException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}

// Each bench prints a table and, as its last line, one JSON object of its figures.
var benches = new Dictionary<string, (string Shows, Func<Report, CancellationToken, Task> RunAsync)>
{
    ["pipeline"] = ("what the SDK costs a job from submit to its final state, beside Quartz.NET, Hangfire and a bare pipeline", PipelineBench.RunAsync),
    ["overhead"] = ("what the SDK adds to a container, beside the engine's client alone", OverheadBench.RunAsync),
    ["stores"] = ("durable submissions and lifecycles a second on SQLite and PostgreSQL, beside bare commits, Quartz.NET and Hangfire", StoresBench.RunAsync),
    ["kill"] = ("hosts killed under load, with SQLite, PostgreSQL and the real engine: what was lost, done twice, left behind or recorded wrongly", KillBench.RunAsync),
    ["metrics"] = ("a million points from a training's output into each store, from a real container too: how fast, and what a plot of them costs", MetricsBench.RunAsync),
    ["recovery"] = ("how soon 100 running containers are followed again, and another host decides", RecoveryBench.RunAsync),
    ["data"] = ("a dataset of 1 GB and one of 10,000 files to an S3 server and back, beside the bare client, and what a cached one costs a start", DataBench.RunAsync),
    ["flood"] = ("what one training that floods by its output, or one caller by calls, takes from the others, on SQLite and PostgreSQL", (report, token) => FloodBench.RunAsync(report, only, token)),
    ["fairness"] = ("what a user with a hundred jobs takes from the others, beside first in, first out", FairnessBench.RunAsync),
    ["scheduler"] = ("what a decision of the scheduler costs while a thousand, and while a million jobs wait", SchedulerBench.RunAsync),
    ["queue"] = ("what a call, a start and a host cost while a thousand and a million jobs wait, on SQLite and PostgreSQL; --jobs 1000,100000 for other numbers", (report, token) => QueueBench.RunAsync(report, sizes, token)),
    ["grpc"] = ("GetTrainingStatus calls a second, against an empty call on the same server", GrpcBench.RunAsync),
};

using var interrupt = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupt.Cancel();
};

if (args is [Caller.Verb, var address, var jobs])
{
    await Caller.RunAsync(address, int.Parse(jobs, CultureInfo.InvariantCulture), interrupt.Token);
    return 0;
}

if (args is [HostProgram.Verb, var settings])
{
    await HostProgram.RunAsync(settings);
    return 0;
}

if (args is [MachineServer.Verb, var folder])
{
    await MachineServer.RunAsync(folder);
    return 0;
}

if (args is ["--list"])
{
    foreach (var (name, bench) in benches)
    {
        Console.WriteLine($"{name,-10} {bench.Shows}");
    }

    return 0;
}

if (arguments.FirstOrDefault(name => !benches.ContainsKey(name)) is { } unknown)
{
    await Console.Error.WriteLineAsync($"There is no bench '{unknown}': give one of {string.Join(", ", benches.Keys)}.");
    return 2;
}

foreach (var name in arguments)
{
    var report = new Report();
    await benches[name].RunAsync(report, interrupt.Token);
    report.Finish();
}

return 0;
