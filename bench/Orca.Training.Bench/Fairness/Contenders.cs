using Orca.Training.Clocks;
using Orca.Training.Jobs;
using Orca.Training.Scheduling;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Deciding;
using Orca.Training.Scheduling.Facts;

namespace Orca.Training.Bench.Fairness;

/// <summary>Runs a trace in virtual time, in which nothing but the jobs themselves takes any.</summary>
internal static class Contenders
{
    private const string Machine = "m";
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The scheduler of the SDK.</summary>
    public static List<Run> Scheduler(Trace trace)
    {
        var scheduler = new Scheduler(CapacityPolicies.Jobs(trace.Slots), [new MachineFacts(Machine, default)], [], Begin);
        return Play(
            trace,
            (job, at) => scheduler.Await(FactsOf(trace, job), NowAt(at).Wall),
            (job, at) => scheduler.Remove(IdOf(job), NowAt(at).Wall),
            at => NextOf(scheduler, trace, NowAt(at)));
    }

    /// <summary>Whoever comes first starts first.</summary>
    public static List<Run> FirstInFirstOut(Trace trace)
    {
        var waiting = new Queue<int>();
        var free = trace.Slots;
        return Play(trace, (job, _) => waiting.Enqueue(job), (_, _) => free++, _ => free > 0 && waiting.TryDequeue(out var job) ? Taken(job) : null);

        int? Taken(int job)
        {
            free--;
            return job;
        }
    }

    private static List<Run> Play(Trace trace, Action<int, double> submit, Action<int, double> end, Func<double, int?> next)
    {
        var runs = new List<Run>();
        var ends = new PriorityQueue<int, (double At, int Job)>();
        var (at, submitted) = (0.0, 0);
        while (submitted < trace.Jobs.Count || ends.Count > 0)
        {
            at = Math.Min(submitted < trace.Jobs.Count ? trace.Jobs[submitted].At : double.MaxValue, ends.TryPeek(out _, out var first) ? first.At : double.MaxValue);
            while (ends.TryPeek(out var ended, out var due) && due.At <= at)
            {
                ends.Dequeue();
                end(ended, at);
            }

            for (; submitted < trace.Jobs.Count && trace.Jobs[submitted].At <= at; submitted++)
            {
                submit(submitted, at);
            }

            while (next(at) is { } started)
            {
                var run = new Run(trace.Jobs[started], at);
                runs.Add(run);
                ends.Enqueue(started, (run.End, started));
            }
        }

        return runs;
    }

    private static int? NextOf(Scheduler scheduler, Trace trace, Now now)
    {
        while (scheduler.Next(now) is { } decision)
        {
            scheduler.Take(decision, now);
            if (decision is Decision.Start start)
            {
                var job = (int)start.Job.Value - 1;
                scheduler.Place(FactsOf(trace, job), new PlacedFacts(start.Machine, now.Wall) { IsRunning = true, CostRate = start.CostRate });
                return job;
            }
        }

        return null;
    }

    private static JobId IdOf(int job) => new(job + 1);

    private static JobFacts FactsOf(Trace trace, int job) => new(IdOf(job), "", trace.Jobs[job].User) { Algorithm = "train" };

    private static Now NowAt(double seconds) => new(Begin.AddSeconds(seconds), TimeSpan.FromSeconds(seconds));
}
