using k8s;
using Microsoft.Extensions.Time.Testing;
using Orca.Training.Kubernetes.Tests.Cluster;
using Orca.Training.Machines;

namespace Orca.Training.Kubernetes.Tests.Observing;

public sealed class ObservationTests(TestCluster cluster) : ClusterTest(cluster)
{
    [Fact]
    public async Task A_watch_goes_on_over_the_ends_of_its_streams()
    {
        var runtime = NewRuntime(o => o.WatchLifetime = TimeSpan.FromSeconds(1));
        var ended = new List<long>();
        await using var hints = runtime.WatchAsync(Scope, Token).GetAsyncEnumerator(Token);
        for (var job = 1; job <= 3; job++)
        {
            // Each takes longer than a stream lasts.
            await StartAsync(Script("sleep 1.2", job));
            while (ended.Count < job && await hints.MoveNextAsync())
            {
                if (hints.Current.State == ContainerState.Ended && !ended.Contains(hints.Current.Attempt.Attempt.Job.Value))
                {
                    ended.Add(hints.Current.Attempt.Attempt.Job.Value);
                }
            }
        }

        Assert.Equal([1, 2, 3], ended);
    }

    [Fact]
    public async Task A_pod_that_somebody_deletes_is_seen_to_end_and_its_record_stays()
    {
        var spec = Script("trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done");
        var id = await StartAsync(spec);
        await Runtime.ReadOutputAsync(spec.Name, 0, default, Token).FirstAsync(Token);
        var hints = Runtime.WatchAsync(Scope, Token);
        await Cluster.Admin.CoreV1.DeleteNamespacedPodAsync((await PodAsync(spec)).Metadata.Name, Cluster.Namespace, cancellationToken: Token);
        var end = await hints.FirstAsync(o => o.Incarnation == id && o.State == ContainerState.Ended, Token);

        Assert.Equal(5, end.ExitCode);
        Assert.Contains(await Runtime.ListAsync(Scope, Token), o => o.Incarnation == id && o.ExitCode == 5);
    }

    [Fact]
    public async Task Each_rank_is_a_pod_of_its_own_with_its_number()
    {
        var spec = Script("echo rank $JOB_COMPLETION_INDEX; exit 0") with { Ranks = 2 };
        var started = Assert.IsType<StartResult.Started>(await Runtime.StartAsync(spec, Phases, Token));
        var outputs = new[] { await OutputAsync(spec, 0), await OutputAsync(spec, 1) };
        var listed = (await Runtime.ListAsync(Scope, Token)).OrderBy(o => o.Rank).ToList();

        Assert.Equal(["rank 0", "rank 1"], outputs.Select(o => Assert.Single(o)));
        Assert.Equal([(0, started.Incarnations[0]), (1, started.Incarnations[1])], listed.Select(o => (o.Rank, o.Incarnation)));
    }

    [Fact]
    public async Task A_connection_that_breaks_ends_streams_and_calls_with_the_reason()
    {
        await using var gate = new Gate(Cluster.Port);
        var runtime = NewRuntime(o => o.KubeConfig = Cluster.ConfigThrough(gate.Port));
        var spec = Script("echo ready; exec sleep 60");
        Assert.IsType<StartResult.Started>(await runtime.StartAsync(spec, Phases, Token));
        await using var hints = runtime.WatchAsync(Scope, Token).GetAsyncEnumerator(Token);
        await using var lines = runtime.ReadOutputAsync(spec.Name, 0, default, Token).GetAsyncEnumerator(Token);
        Assert.True(await hints.MoveNextAsync());
        Assert.True(await lines.MoveNextAsync());
        gate.Close();

        await Assert.ThrowsAsync<RuntimeUnavailableException>(async () => await hints.MoveNextAsync());
        await Assert.ThrowsAsync<RuntimeUnavailableException>(async () => await lines.MoveNextAsync());
        var exception = await Assert.ThrowsAsync<RuntimeUnavailableException>(() => runtime.ListAsync(Scope, Token));
        Assert.Contains("is the cluster up", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"namespace '{Cluster.Namespace}'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_that_dies_in_silence_is_given_up_when_its_time_is_over()
    {
        await using var gate = new Gate(Cluster.Port);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var runtime = NewRuntime(o => o.KubeConfig = Cluster.ConfigThrough(gate.Port), time);
        var spec = Script("echo ready; exec sleep 60");
        await StartAsync(spec);
        await using var hints = runtime.WatchAsync(Scope, Token).GetAsyncEnumerator(Token);
        Assert.True(await hints.MoveNextAsync());

        // The stream itself is open once it has told of something that came after the listing.
        await Runtime.StopAsync(spec.Name, TimeSpan.FromSeconds(5), Token);
        Assert.True(await hints.MoveNextAsync());
        gate.Stall();
        var next = hints.MoveNextAsync();
        time.Advance(TimeSpan.FromMinutes(2));

        var exception = await Assert.ThrowsAsync<RuntimeUnavailableException>(async () => { while (await next) { next = hints.MoveNextAsync(); } });
        Assert.Contains("it counts as broken", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_is_not_answered_ends_at_its_limit()
    {
        await using var gate = new Gate(Cluster.Port);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var runtime = NewRuntime(o => o.KubeConfig = Cluster.ConfigThrough(gate.Port), time);
        await runtime.ListAsync(Scope, Token);
        gate.Stall();
        var listing = runtime.ListAsync(Scope, Token);
        time.Advance(TimeSpan.FromSeconds(31));

        var exception = await Assert.ThrowsAsync<RuntimeUnavailableException>(() => listing);
        Assert.Contains("within 30 s (KubernetesOptions.CallTimeout)", exception.Message, StringComparison.Ordinal);
    }
}
