using Orca.Training.Bench.Harness;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Bench.Queue;

/// <summary>What calls take while jobs wait, one call after the other: the p99 of each, in ms.</summary>
/// <param name="Submit">Of a submission.</param>
/// <param name="Status">Of the status of a waiting job.</param>
/// <param name="Position">Of a waiting job's place, as the store tells it.</param>
/// <param name="Lists">Of the first page of a list, by its condition.</param>
internal sealed record Latencies(double Submit, double Status, double Position, IReadOnlyDictionary<string, double> Lists)
{
    private const int Calls = 200;
    private const int Warming = 20;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <param name="host">A host that runs nothing.</param>
    /// <param name="first">The first waiting job.</param>
    /// <param name="last">The last one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Latencies> MeasureAsync(QueueHost host, JobId first, JobId last, CancellationToken cancellationToken)
    {
        var random = new Random(7);
        JobId Any() => last > first ? new JobId(random.NextInt64(first.Value, last.Value)) : throw new InvalidOperationException($"Jobs {first} to {last} are none.");
        var (client, began) = (host.Client, TimeProvider.System.GetUtcNow());
        var submit = await P99Async(() => client.TrainAsync(QueueHost.Request("common"), cancellationToken), cancellationToken);
        var status = await P99Async(() => client.GetTrainingStatusAsync(Any(), cancellationToken), cancellationToken);
        var position = await P99Async(async () => await host.Store.ReadAsync(Any(), cancellationToken), cancellationToken);
        var rare = QueueHost.Request("rare");
        var queries = new Dictionary<string, (ITrainingClient Client, TrainingQuery Query)>
        {
            ["all"] = (client, new()),
            ["oldest first"] = (client, new() { OldestFirst = true }),
            ["state queued"] = (client, new() { States = [JobState.Queued] }),
            ["state running"] = (client, new() { States = [JobState.Running] }),
            ["state failed"] = (client, new() { States = [JobState.Failed] }),
            ["algorithm"] = (client, new() { Algorithm = "rare" }),
            ["algorithm of most"] = (client, new() { Algorithm = "common" }),
            ["dataset"] = (client, new() { DatasetId = rare.DatasetId }),
            ["name"] = (client, new() { Name = rare.Name }),
            ["name of none"] = (client, new() { Name = "none" }),
            ["group"] = (client, new() { Group = rare.Group }),
            ["label"] = (client, new() { Labels = rare.Labels }),
            ["label of most"] = (client, new() { Labels = QueueHost.Request("common").Labels }),
            ["user"] = (client, new() { User = "rare" }),
            ["user and state"] = (client, new() { User = "rare", States = [JobState.Queued] }),
            ["caller's own"] = (host.Rare, new()),
            ["submitted from"] = (client, new() { SubmittedFrom = began }),
            ["submitted before"] = (client, new() { SubmittedBefore = began, OldestFirst = true }),
        };
        var lists = new Dictionary<string, double>();
        foreach (var (name, (caller, query)) in queries)
        {
            lists[name] = await P99Async(() => caller.ListTrainingsAsync(query, cancellationToken), cancellationToken);
        }

        return new Latencies(submit, status, position, lists);
    }

    /// <summary>The p99 of some calls; of fewer, if they take long.</summary>
    private static async Task<double> P99Async(Func<Task> call, CancellationToken cancellationToken)
    {
        var found = new List<double>();
        var all = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < Calls + Warming && (found.Count < 3 || TimeProvider.System.GetElapsedTime(all) < Longest); i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var began = TimeProvider.System.GetTimestamp();
            await call();
            if (i >= Warming || TimeProvider.System.GetElapsedTime(all) > Longest / 2)
            {
                found.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
            }
        }

        return Statistics.Quantile(found, 0.99);
    }
}
