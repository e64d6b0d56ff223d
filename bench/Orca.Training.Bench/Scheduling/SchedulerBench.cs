using Orca.Training.Bench.Harness;

namespace Orca.Training.Bench.Scheduling;

/// <summary>What a decision costs the scheduler while a thousand, and while a million jobs wait.</summary>
internal static class SchedulerBench
{
    private const int Rounds = 5;
    private const int DecisionsInRound = 10_000;
    private static readonly int[] Lengths = [1_000, 10_000, 100_000, 1_000_000];

    public static Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        Report.Say($"""
            A decision: a start, with the enqueue of the job that its user submits then, the end of an attempt and the decay of use. {QueueMix.Users:N0} users by
            Zipf's law, {QueueMix.Pools} pools on {QueueMix.Machines} machines, {QueueMix.ShapesOfPool} shapes a pool, {QueueMix.Gangs:P0} gangs, {QueueMix.Held:P0} held, {QueueMix.Cancelled:P0} cancelled,
            one machine in two reserved. The queue stays as long as it is; {Rounds} rounds of {DecisionsInRound:N0} decisions at each length, in turns.
            """);
        var queues = Lengths.Select(length => new SteadyQueue(length, (Rounds + 1) * DecisionsInRound)).ToList();
        var samples = queues.ConvertAll(_ => new List<double>(Rounds * DecisionsInRound));
        for (var round = 0; round <= Rounds; round++)
        {
            for (var i = 0; i < queues.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                // The first round warms up.
                queues[i].Run(DecisionsInRound, round == 0 ? [] : samples[i]);
            }
        }

        Tell(report, queues, samples);
        return Task.CompletedTask;
    }

    private static void Tell(Report report, List<SteadyQueue> queues, List<List<double>> samples)
    {
        Report.Table(
            ["jobs that wait", "us p50", "us p99", "us mean", "attempts", "bytes a job"],
            queues.Select((q, i) => (IReadOnlyList<string>)
            [
                $"{q.Queued:N0}", Report.Number(Statistics.Median(samples[i])), Report.Number(Statistics.Quantile(samples[i], 0.99)), Report.Number(samples[i].Average()),
                $"{q.Open}", Report.Number(q.BytesOfJob),
            ]));
        report.Add("us_per_decision_1k", Statistics.Median(samples[0]));
        report.Add("us_per_decision_1m", Statistics.Median(samples[^1]));
        report.Add("us_per_decision_p99_1m", Statistics.Quantile(samples[^1], 0.99));
        report.Add("bytes_per_job", queues[^1].BytesOfJob);
    }
}
